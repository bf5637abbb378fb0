import { writeFileSync } from 'node:fs';
import { exportOnnx } from '@trainyard/exporter';
import { writeModel } from '@trainyard/onnx-ir';
import * as t from '@trainyard/trainer';
import { loadDataset } from '../../datasets/index.ts';
import net from '../../pipelines/digits/network.ts';

const data = await loadDataset({ name: 'digits' } as never);
const [height, width, channels] = data.imageShape;
const network = net({ height, width, channels, classes: 10 } as never);
const r = await t.fit(network, data.train, {
  epochs: 6,
  batchSize: 32,
  optimizer: t.sgd({ momentum: 0.9, nesterov: true, weightDecay: 5e-4 } as never),
  schedule: t.oneCycle({ max: 0.1 }),
  labelSmoothing: 0.1,
  augment: t.augmentation({ shift: 1, rotate: 10, scale: 0.1 } as never),
  seed: 1,
  imageShape: data.imageShape,
} as never);
console.log(JSON.stringify(r.history.at(-1)));
writeFileSync(
  `.trainyard/q/export/model.onnx`,
  writeModel(exportOnnx(network as never, { input: { height, width, channels } })),
);
