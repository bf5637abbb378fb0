export { type AdamOptions, adam, adamW } from './adam.ts';
export { clipByGlobalNorm, clipByValue, globalNorm, penalty, type Regularization } from './gradients.ts';
export type { Optimizer } from './optimizer.ts';
export { constantRate, cosine, oneCycle, type Schedule, stepDecay, warmUp } from './schedule.ts';
export { type SgdOptions, sgd } from './sgd.ts';
