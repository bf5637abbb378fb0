import type { Rule } from '../coupling.ts';
import { broadcast, broadcastTypes, passThrough, unaryTypes } from './elementwise.ts';
import { conv, convTranspose, gemm, matMul } from './linear.ts';
import { batchNormalization, groupNormalization, mixesAxes } from './normalize.ts';
import { concat, expand, reshaping, slice, split, transpose } from './shape.ts';
import { padding, pool, reduction, resize } from './spatial.ts';

const always = () => true;
const never = () => false;
const softmax = mixesAxes(
  (opset) => (opset < 13 ? 1 : -1),
  (opset) => opset < 13,
);

const each = (types: readonly string[], rule: Rule): [string, Rule][] => types.map((type) => [type, rule]);

/** How channels pass through each operator type. What is not here can't be cut around. */
export const rules: ReadonlyMap<string, Rule> = new Map([
  ...each(unaryTypes, passThrough),
  ...each(broadcastTypes, broadcast),
  ['Conv', conv],
  ['ConvTranspose', convTranspose],
  ['Gemm', gemm],
  ['MatMul', matMul],
  ...each(['BatchNormalization', 'InstanceNormalization'], batchNormalization),
  ['GroupNormalization', groupNormalization],
  ['LayerNormalization', mixesAxes(() => -1, always)],
  ['LRN', mixesAxes(() => 1, never)],
  ...each(['Softmax', 'LogSoftmax', 'Hardmax'], softmax),
  ...each(['AveragePool', 'GlobalAveragePool', 'GlobalLpPool', 'GlobalMaxPool', 'LpPool', 'MaxPool'], pool),
  ...each(['Resize', 'Upsample'], resize),
  ['Pad', padding],
  ...each(
    [
      'ArgMax',
      'ArgMin',
      'ReduceL1',
      'ReduceL2',
      'ReduceMax',
      'ReduceMean',
      'ReduceMin',
      'ReduceProd',
      'ReduceSum',
    ],
    reduction,
  ),
  ...each(['Flatten', 'Reshape', 'Squeeze', 'Unsqueeze'], reshaping),
  ['Transpose', transpose],
  ['Concat', concat],
  ['Split', split],
  ['Slice', slice],
  ['Expand', expand],
]);
