import { smallRun, smallSplit } from '../fit.cases.ts';
import { fit } from '../fit.ts';
import { Conv2d, Flatten, Linear, Preprocess, Sequential } from '../nn/index.ts';

// For a test: a program that ends in the middle of a step, which takes long enough for that.
const network = new Sequential({
  preprocess: new Preprocess({ mean: [0.5], std: [0.5] }),
  conv1: new Conv2d(1, 64, { kernelSize: 3, padding: 1 }),
  conv2: new Conv2d(64, 64, { kernelSize: 3, padding: 1 }),
  flatten: new Flatten(),
  classifier: new Linear(64 * 36, 3),
});
const onStep = () => {
  setTimeout(() => process.exit(3), 60);
};
const options = { ...smallRun(), executor: 'compiled', threads: 1, workers: 2, batchSize: 1000 } as const;
await fit(network, smallSplit(2000), { ...options, callbacks: [{ onStep }] });
