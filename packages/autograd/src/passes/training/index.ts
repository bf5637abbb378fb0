export { castBeforeTranspose } from './cast-before-transpose.ts';
export { convPool } from './conv-pool.ts';
export { cropBeforePool } from './crop-before-pool.ts';
export { lower } from './lower.ts';
export { optimizeTraining, trainingPasses } from './optimize-training.ts';
export { poolBeforeRelu } from './pool-before-relu.ts';
export { sumPoolGradient } from './sum-pool-gradient.ts';
export { topClassOfInt32 } from './top-class-of-int32.ts';
