import { checkFlow } from './check-flow.ts';
import { retrainFlow } from './retrain-flow.ts';
import { trialFlow } from './trial-flow.ts';

/** All that workers of pipelines can do. */
export const flows = [retrainFlow, checkFlow, trialFlow];
