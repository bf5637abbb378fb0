import type { Flow } from '@trainyard/jobs';
import { workModule } from './retrain-flow.ts';
import { reads } from './stages-of-flow.ts';

/** A trial of a sweep: what is trained is measured, and goes no further. */
export const trialFlow: Flow = {
  name: 'trial',
  module: workModule,
  fresh: true,
  stages: [
    { name: 'data', reads: () => false },
    { name: 'train', reads: reads('train') },
    { name: 'evaluate', reads: reads('evaluate') },
  ],
};
