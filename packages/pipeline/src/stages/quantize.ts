import { calibrate, quantizeDynamic, quantizeStatic, toFloat16 } from '@trainyard/exporter';
import { type Model, readModel, writeModel } from '@trainyard/onnx-ir';
import type { ImageSplit } from '@trainyard/trainer';
import * as ort from 'onnxruntime-node';
import type { QuantizeRecipe } from '../config.ts';
import { type DatasetInfo, readDatasetInfo, readSplit } from '../dataset-file.ts';
import { pictureBatches } from '../picture-batches.ts';
import type { Stage } from '../stage.ts';
import { variantFile, writeVariants } from '../variants.ts';

const kB = ({ length }: Uint8Array): string => `${(length / 1000).toFixed(1)} kB`;

const quantize: Stage = async ({ folder, log }) => {
  const { recipes } = await folder.section('quantize');
  const info = await readDatasetInfo(folder);
  const pictures = await readSplit(folder, 'train');
  const variants = [];
  for (const recipe of recipes) {
    const source = recipe.from === 'float32' ? 'optimize' : 'prune';
    const before = await folder.read(source, variantFile(recipe.from));
    const converted = await convert(readModel(before), recipe, pictures, info);
    const bytes = writeModel(converted.model);
    const precision = recipe.method === 'float16' ? ('float16' as const) : ('int8' as const);
    variants.push({
      name: recipe.name,
      precision,
      bytes,
      notes: converted.report,
    });
    log.success(`${recipe.name}: ${recipe.from} of ${kB(before)} became ${kB(bytes)}`);
  }
  await writeVariants(folder, 'quantize', variants);
};

async function convert(
  model: Model,
  recipe: QuantizeRecipe,
  pictures: ImageSplit,
  { imageShape }: DatasetInfo,
) {
  switch (recipe.method) {
    case 'float16':
      return toFloat16(model);
    case 'dynamic':
      return quantizeDynamic(model);
    case 'static': {
      const { calibration, activations, perChannel } = recipe;
      const name = model.graph.inputs[0].name;
      const feeds = pictureBatches(pictures, imageShape, { batchSize: 32, limit: calibration.pictures });
      const batches = feeds.map(({ pixels }) => ({ [name]: pixels }));
      const ranges = await calibrate(model, batches, { ort, ...calibration });
      return quantizeStatic(model, ranges, { activations, perChannel });
    }
  }
}

export default quantize;
