/** What retraining knows: which pictures to train on, when to train again, and whether the new model may serve. */
export {
  type CheckedChampion,
  type CheckOutcome,
  checkRetraining,
  type LastTraining,
  type RetrainingCheck,
} from './check-retraining.ts';
export { checkClassFloors } from './check-settings.ts';
export { type ContestInput, type ContestResult, contest } from './contest.ts';
export { datasetName } from './dataset-name.ts';
export { type FeatureName, featureNames, featureValues } from './features.ts';
export { newPicturesOf } from './new-pictures.ts';
export { type Segment, type TrainedOn, type WithOldPictures, withOldPictures } from './old-pictures.ts';
export { type PredictOptions, predictedClassesOf } from './predicted-classes.ts';
export type { Champion } from './rival.ts';
export type { DataSettings, PromoteSettings, RetrainSettings, StartMode, WhenSettings } from './settings.ts';
export { type ClassCounts, readStatistics, type Statistics, statisticsOf } from './statistics.ts';
