export { applyTrial, epochsOf } from './apply-trial.ts';
export { renderSweep, sweepPicture } from './render-sweep.ts';
export { type SweepSettings, sweepSchema } from './settings.ts';
export {
  metricName,
  metricText,
  type ShownSweep,
  type ShownTrial,
  settingsText,
} from './shown-sweep.ts';
export { sweepConfigOf } from './sweep-config.ts';
export { trialTable } from './trial-table.ts';
