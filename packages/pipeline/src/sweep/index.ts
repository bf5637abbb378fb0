export { applyTrial, validationOf } from './apply-trial.ts';
export { type SweepSettings, sweepSchema } from './settings.ts';
export { sweepConfigOf } from './sweep-config.ts';
