import { checkpointFile, saveWeightsFile } from './checkpoint/file.ts';
import { augmentation } from './data/index.ts';
import { smallNetwork, smallRun, smallSplit } from './fit.cases.ts';
import { fit } from './fit.ts';

// For a test that kills it: trains, resuming where there is a checkpoint, and says each step that is done.
const [checkpoint, weights, executor] = process.argv.slice(2);
const network = smallNetwork();
await fit(network, smallSplit(96), {
  ...smallRun(),
  ...(executor === 'workers' && { executor: 'compiled', workers: 2, threads: 1 }),
  epochs: 6,
  augment: augmentation({ shift: 1, rotate: 15, noise: 5 }),
  validation: smallSplit(24, 2),
  keepBest: true,
  checkpoint: { store: checkpointFile(checkpoint), everySteps: 2 },
  resume: true,
  callbacks: [
    {
      onStep: ({ epoch, step, stepsPerEpoch }) => {
        process.stdout.write(`${epoch * stepsPerEpoch + step}\n`);
      },
    },
  ],
});
await saveWeightsFile(network, weights);
