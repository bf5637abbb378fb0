import { floatOf, intOf } from '@trainyard/autograd/passes';
import type { Node } from '@trainyard/onnx-ir';
import { gemmInt8, gemmToFloat } from '../../kernels/gemm-int8.ts';
import { sizeOf } from '../../program/element-type.ts';
import type { IntegerContext } from '../context.ts';
import type { IntegerTensor } from '../tensors.ts';
import {
  biasOf,
  type IntegerWeights,
  outputScales,
  overflow,
  permuted,
  rescaleConstants,
  targetFields,
  weightsOf,
} from '../weights.ts';
import { type IntegerRule, nameOf } from './rule.ts';

interface Product {
  readonly input: IntegerTensor;
  /** [columns, depth], in the order of the input's memory. */
  readonly weights: IntegerWeights;
  readonly bias: Int32Array;
  readonly sizes: {
    readonly rows: number;
    readonly depth: number;
    readonly columns: number;
    readonly inputZero: number;
  };
}

/** The parts of a Gemm or MatMul with constant integer weights of two dimensions. */
function productOf(node: Node, context: IntegerContext): Product | string {
  const isGemm = node.opType === 'Gemm';
  const given = context.numbers(node.inputs[0]);
  if (!given) return 'its input is float';
  if (isGemm && (floatOf(node, 'alpha', 1) !== 1 || floatOf(node, 'beta', 1) !== 1))
    return 'alpha or beta is not 1';
  if (isGemm && intOf(node, 'transA', 0)) return 'transA is set';
  const transposed = isGemm && intOf(node, 'transB', 0) === 1;
  const stored = weightsOf(node.inputs[1], transposed ? 0 : 1);
  if (typeof stored === 'string') return stored;
  if (stored.dims.length !== 2) return `its weights have ${stored.dims.length} dimensions`;
  const [columns, depth] = transposed ? stored.dims : [...stored.dims].reverse();
  const rowWise = transposed
    ? stored
    : { ...stored, dims: [columns!, depth!], values: permuted(stored, [1, 0]) };
  const bias = biasOf(
    isGemm ? node.inputs[2] : undefined,
    columns!,
    given.quantization,
    stored.scales,
    context,
  );
  if (typeof bias === 'string') return bias;
  const tooLarge = overflow(rowWise, bias, given.quantization, (i) => Math.floor(i / depth!));
  if (tooLarge) return tooLarge;
  const sizes = {
    rows: sizeOf(given.shape) / depth!,
    depth: depth!,
    columns: columns!,
    inputZero: given.quantization.zero,
  };
  return { ...inMemoryOrder(given, rowWise, context), bias, sizes };
}

/** What a Flatten left with channels innermost is read as it lies: the weights change places instead. */
function inMemoryOrder(input: IntegerTensor, weights: IntegerWeights, context: IntegerContext) {
  const { channels, shape } = input;
  const [columns, depth] = weights.dims;
  if (channels === undefined || shape.length !== 2) return { input: context.writer.plain(input), weights };
  const dims = [columns!, channels, depth! / channels];
  return { input, weights: { ...weights, values: permuted({ values: weights.values, dims }, [0, 2, 1]) } };
}

function operandsOf({ input, weights, bias }: Product, context: IntegerContext) {
  const { writer } = context;
  return [
    input.value,
    writer.constant(`${weights.name}_packed`, weights.dims, weights.values),
    writer.constant(`${weights.name}_bias`, [bias.length], bias),
  ];
}

/** Gemm and MatMul with constant weights: int8 results, or floats where they are the last. */
export const gemmRule: IntegerRule = {
  operators: ['Gemm', 'MatMul'],
  lower(node, target, context) {
    const product = productOf(node, context);
    if (typeof product === 'string') return product;
    const { weights, input, sizes } = product;
    const factors = outputScales(weights.scales, input.quantization, target);
    const shape = context.shape(node.outputs[0]!);
    const value = context.writer.emit(
      gemmInt8,
      { ...sizes, ...targetFields(target, factors) },
      [...operandsOf(product, context), ...rescaleConstants(weights.name, factors, context)],
      { name: node.outputs[0]!.name, shape, origin: nameOf(node) },
    );
    return { value, quantization: target, shape, channels: undefined };
  },
  toFloat(node, context) {
    const product = productOf(node, context);
    if (typeof product === 'string') return product;
    const { weights, input, sizes } = product;
    const scales = weights.scales.map((scale) => input.quantization.scale * scale);
    return context.writer.emit(
      gemmToFloat,
      { ...sizes, perChannel: scales.length > 1 ? 1 : 0 },
      [
        ...operandsOf(product, context),
        context.writer.constant(`${weights.name}_rescale`, [scales.length], scales),
      ],
      {
        name: node.outputs[0]!.name,
        dtype: 'float32',
        shape: context.shape(node.outputs[0]!),
        origin: nameOf(node),
      },
    );
  },
};
