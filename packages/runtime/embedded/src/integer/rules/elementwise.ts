import { applyNode, findOp, type Tensor, tensorOf, tensorOfData } from '@trainyard/autograd';
import { isOnnx } from '@trainyard/autograd/passes';
import type { Node, Value } from '@trainyard/onnx-ir';
import { quantized } from '../clamps.ts';
import { type IntegerContext, isDequantize } from '../context.ts';
import { clampTo } from '../requantize.ts';
import type { IntegerTensor, Quantization, Target } from '../tensors.ts';

/** Operators whose every result depends on the elements at its own place alone. */
const elementwiseOperators: ReadonlySet<string> = new Set([
  ...[
    'Add',
    'Sub',
    'Mul',
    'Div',
    'Pow',
    'Min',
    'Max',
    'Neg',
    'Abs',
    'Sign',
    'Reciprocal',
    'Sqrt',
    'Exp',
    'Log',
  ],
  ...[
    'Floor',
    'Ceil',
    'Round',
    'Sin',
    'Cos',
    'Erf',
    'Identity',
    'Relu',
    'LeakyRelu',
    'Elu',
    'Sigmoid',
    'Tanh',
  ],
  ...['Softplus', 'Gelu', 'HardSigmoid', 'HardSwish', 'Clip', 'PRelu'],
]);

export const isElementwise = (node: Node): boolean =>
  isOnnx(node) && elementwiseOperators.has(node.opType) && node.outputs.length === 1;

/** So many nodes make one table at most. */
const largestTable = 64;

/** Runs the nodes behind `value` on `known` tensors. */
export function evaluate(
  value: Value,
  known: Map<Value, Tensor>,
  constant: (value: Value) => Tensor | undefined,
): Tensor {
  const found = known.get(value) ?? constant(value);
  if (found) return found;
  const node = value.producer!;
  const [result] = applyNode(
    node,
    node.inputs.map((input) => input && evaluate(input, known, constant)),
  );
  known.set(value, result!);
  return result!;
}

export function constantTensor(context: IntegerContext, value: Value): Tensor | undefined {
  const data = context.constant(value);
  return data && tensorOfData(data);
}

/** The one DequantizeLinear that all of `value` is computed from, element by element; undefined where there is none. */
function sourceOf(value: Value, context: IntegerContext): Value | undefined {
  let source: Value | undefined;
  let budget = largestTable;
  const seen = new Set<Value>();
  const visit = (at: Value): boolean => {
    if (seen.has(at)) return true;
    seen.add(at);
    const data = context.constant(at);
    if (data) return data.size === 1;
    const node = at.producer;
    if (isDequantize(node)) {
      source ??= at;
      return source === at || source.producer!.inputs.every((input, i) => input === node.inputs[i]);
    }
    if (!node || !isElementwise(node) || !findOp(node.opType) || budget-- === 0) return false;
    return node.inputs.every((input) => !input || visit(input));
  };
  return visit(value) ? source : undefined;
}

export interface ElementwiseTable {
  readonly source: IntegerTensor;
  /** The result for each integer from -128 on. */
  readonly table: Int8Array;
}

/** `value` as a function of one tensor of integers, if it is one. */
export function elementwiseTable(
  value: Value,
  target: Target,
  context: IntegerContext,
): ElementwiseTable | undefined {
  const from = sourceOf(value, context);
  const source = from && context.numbers(from);
  if (!source || context.shape(value).join() !== source.shape.join()) return undefined;
  const known = new Map<Value, Tensor>();
  const numbers = dequantizedRange(source.quantization);
  // Two DequantizeLinear of the same integers are the same numbers.
  for (const { node } of from.producer!.inputs[0]!.uses)
    if (isDequantize(node) && node.inputs.every((input, i) => input === from.producer!.inputs[i]))
      known.set(node.outputs[0]!, numbers);
  const results = evaluate(value, known, (at) => constantTensor(context, at));
  return { source, table: tableOf(results.data as Float32Array, target) };
}

const dequantizedRange = ({ scale, zero }: Quantization): Tensor =>
  tensorOf(
    'float32',
    [256],
    Float32Array.from({ length: 256 }, (_, i) => (i - 128 - zero) * scale),
  );

export const tableOf = (numbers: ArrayLike<number>, target: Target): Int8Array =>
  Int8Array.from(numbers, (x) => clampTo(quantized(x, target), target.lowest, target.highest));

/** From integers of one quantization to those of another; undefined where nothing changes. */
export function rescalingTable(from: Quantization, target: Target): Int8Array | undefined {
  const table = tableOf(dequantizedRange(from).data as Float32Array, target);
  return table.every((x, i) => x === i - 128) ? undefined : table;
}
