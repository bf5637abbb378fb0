import { floatOf, intOf, isOnnx } from '@trainyard/autograd/passes';
import type { Graph, Node, TensorData } from '@trainyard/onnx-ir';
import { fixedDataOf, floatsOf } from './constants.ts';
import type { Range } from './parameters.ts';

/** An operator that multiplies an activation (input 0) by constant weights (input 1) and may add a bias (input 2). */
export interface WeightedRule {
  /** The weights' dimension of output channels; undefined where they can have one scale only. */
  axis(node: Node, weights: TensorData): number | undefined;
  /** Whether ONNX Runtime's integer kernel writes integers only, so that the output must be quantized too. */
  readonly integerOutput: boolean;
  /** The number of output channels, which the bias must have. */
  channels(node: Node, weights: TensorData): number;
  /** Why this node cannot be quantized. */
  refuse?(node: Node): string | undefined;
}

const columnAxis = (node: Node) => (intOf(node, 'transB', 0) ? 0 : 1);

const weightedRules: ReadonlyMap<string, WeightedRule> = new Map<string, WeightedRule>([
  ['Conv', { integerOutput: true, axis: () => 0, channels: (_, weights) => weights.dims[0]! }],
  [
    'ConvTranspose',
    {
      integerOutput: true,
      axis: (node) => (intOf(node, 'group', 1) === 1 ? 1 : undefined),
      channels: (node, weights) => weights.dims[1]! * intOf(node, 'group', 1),
    },
  ],
  [
    'Gemm',
    {
      integerOutput: false,
      axis: columnAxis,
      channels: (node, weights) => weights.dims[columnAxis(node)]!,
      refuse(node) {
        if (floatOf(node, 'alpha', 1) !== 1 || floatOf(node, 'beta', 1) !== 1)
          return 'alpha or beta is not 1';
        return intOf(node, 'transA', 0) ? 'transA is set' : undefined;
      },
    },
  ],
  [
    'MatMul',
    {
      integerOutput: false,
      axis: (_, weights) => (weights.dims.length === 2 ? 1 : undefined),
      channels: (_, weights) => weights.dims.at(-1)!,
    },
  ],
]);

/** An operator whose integer kernel computes from quantized inputs only. */
export interface JoinRule {
  /** Whether an input may be constant. */
  readonly constants: boolean;
  /** Why this node cannot be quantized. */
  refuse?(node: Node): string | undefined;
}

const joinRules: ReadonlyMap<string, JoinRule> = new Map<string, JoinRule>([
  ['Add', { constants: true }],
  ['Mul', { constants: true }],
  ['Concat', { constants: false }],
  ['MatMul', { constants: false }],
  ['GlobalAveragePool', { constants: false }],
  ['Sigmoid', { constants: false }],
  ['LeakyRelu', { constants: false }],
  [
    'AveragePool',
    {
      constants: false,
      refuse: (node) => (node.attributes.has('dilations') ? 'it has dilations' : undefined),
    },
  ],
]);

const always = () => true;

/** Operators that only move numbers: their output is in the scale of their input 0, so nothing is rounded again. */
const passThroughRules: ReadonlyMap<string, (node: Node) => boolean> = new Map([
  ['Flatten', always],
  ['Reshape', always],
  ['Transpose', always],
  ['Squeeze', always],
  ['Unsqueeze', always],
  ['Expand', always],
  ['Identity', always],
  ['MaxPool', (node: Node) => node.outputs[1] === undefined],
  [
    'Resize',
    (node: Node) => {
      const mode = node.attributes.get('mode');
      return mode === undefined || (mode.kind === 'string' && mode.value === 'nearest');
    },
  ],
]);

export const isPassThrough = (node: Node): boolean =>
  isOnnx(node) && (passThroughRules.get(node.opType)?.(node) ?? false);

function bound(
  node: Node,
  input: number,
  attribute: string,
  graph: Graph,
  otherwise: number,
): number | undefined {
  const value = node.inputs[input];
  if (!value) return floatOf(node, attribute, otherwise);
  return fixedDataOf(value, graph)?.dtype === 'float32'
    ? floatsOf(value, graph)?.view('float32')[0]
    : undefined;
}

/** What a Relu or a Clip with constant bounds clamps to; undefined for every other node. */
export function clampOf(node: Node, graph: Graph): Range | undefined {
  if (!isOnnx(node)) return undefined;
  if (node.opType === 'Relu') return { min: 0, max: Infinity };
  if (node.opType !== 'Clip') return undefined;
  const min = bound(node, 1, 'min', graph, -Infinity);
  const max = bound(node, 2, 'max', graph, Infinity);
  return min === undefined || max === undefined || min > max ? undefined : { min, max };
}

export const weightedRuleOf = (node: Node): WeightedRule | undefined =>
  isOnnx(node) ? weightedRules.get(node.opType) : undefined;

export const joinRuleOf = (node: Node): JoinRule | undefined =>
  isOnnx(node) ? joinRules.get(node.opType) : undefined;
