import { loadDigits } from '../../datasets/digits/digits.ts';
import {
  adamW,
  augmentation,
  describeNetwork,
  digitsNet,
  evaluate,
  fit,
  formatSummary,
  oneCycle,
} from './src/index.ts';
import { terminalProgress } from './src/node.ts';

const { train, test } = await loadDigits();
const seed = Number(process.argv[2] ?? 1),
  epochs = Number(process.argv[3] ?? 15),
  max = Number(process.argv[4] ?? 0.01);
const net = digitsNet();
console.log(formatSummary(describeNetwork(net, { dtype: 'uint8', shape: [1, 8, 8, 1] })));
const t = performance.now();
await fit(net, train, {
  epochs,
  batchSize: 64,
  seed,
  optimizer: adamW(),
  schedule: oneCycle({ max }),
  labelSmoothing: 0.1,
  augment: augmentation({ shift: 0.8, rotate: 10, scale: 0.1 }),
  progress: terminalProgress(),
});
const s = (performance.now() - t) / 1000;
const e = await evaluate(net, test);
console.log('RESULT', seed, epochs, max, e.accuracy.toFixed(4), e.loss.toFixed(4), s.toFixed(1));
