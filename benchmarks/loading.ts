import { loadGlyphs } from '@trainyard/datasets';
import { augmentation, LeNet5, Loader, refCnn } from '@trainyard/trainer';
import { workers } from '@trainyard/trainer/node';
import type { Benchmark } from './contender.ts';
import { fitting } from './contenders/fitting.ts';
import { trainyard } from './contenders/trainyard.ts';
import { interleave, ratioInTurns } from './interleave.ts';
import { formatTable } from './table.ts';

const pictures = 60_000;
const batchSize = 128;
const networks = { refcnn: () => refCnn(), lenet5: () => new LeNet5() };
const layouts = [
  { workers: 1, threads: 2 },
  { workers: 2, threads: 1 },
] as const;

/** `fit` with loading and augmentation against the same steps on a batch that is there already. */
export const loading: Benchmark = {
  name: 'loading',
  summary: `fit on ${pictures.toLocaleString('en')} glyphs of 28×28, turned, moved and scaled, against its bare steps`,
  choices: Object.keys(networks),
  run: async (log, chosen) => {
    const { train: split } = await loadGlyphs({ train: pictures, test: 1 });
    const augment = augmentation({ rotate: 10, shift: 2, scale: 0.1 });
    const batch = new Loader(split, { batchSize, seed: 1, augment }).batch(0, 0);
    const rows = [];
    for (const [name, make] of Object.entries(networks)) {
      if (!chosen.includes(name)) continue;
      for (const layout of layouts) {
        const executor = workers(layout);
        const task = { network: make(), batch, learningRate: 0.01, momentum: 0.9 };
        const bare = trainyard(task, executor);
        const whole = fitting(`fit ${executor.name}`, make(), split, { batchSize, augment, executor });
        const timings = await interleave([bare, whole], {
          warmup: 5,
          rounds: 8,
          turn: 800,
          settle: 2,
          enough: 60_000,
        });
        await bare.dispose?.();
        await whole.dispose?.();
        const share = ratioInTurns(timings[0], timings[1]);
        rows.push({ network: name, executor: executor.name, timings, share });
      }
    }
    const rate = (milliseconds: number) => ((1000 * batchSize) / milliseconds).toFixed(0);
    const lines = rows.map(({ network, executor, timings: [bare, whole], share }) => [
      `${network}, ${executor}`,
      rate(bare.msPerStep),
      rate(whole.msPerStep),
      `${(100 * share).toFixed(1)} %`,
    ]);
    for (const line of formatTable(['', 'bare images/s', 'fit images/s', 'share'], lines)) log(line);
    return { pictures, batchSize, rows };
  },
};
