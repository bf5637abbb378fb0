import type { Flow } from '@trainyard/jobs';
import { advanceSweep } from './advance-sweep.ts';
import { workModule } from './retrain-flow.ts';
import { reads } from './stages-of-flow.ts';

const trainReads = reads('train');

/** A trial of a sweep: what is trained is measured, and goes no further. The test pictures are not looked at. */
export const trialFlow: Flow = {
  name: 'trial',
  module: workModule,
  fresh: true,
  stages: [
    { name: 'data', reads: () => false },
    { name: 'train', reads: trainReads },
    { name: 'measure', reads: (file) => trainReads(file) || file === 'train/weights.bin' },
  ],
  async onEnd({ registry, queue, run }) {
    const place = await registry.sweeps.ofRun(run.id);
    if (place) await advanceSweep({ registry, queue, flow: trialFlow }, place.sweep);
  },
};
