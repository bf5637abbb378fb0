import { axisOf, floatOf, intOf } from '@trainyard/autograd/passes';
import { fromNumbers, type Node, toNumbers, type Value } from '@trainyard/onnx-ir';
import { sizeOf } from '../program/element-type.ts';
import {
  type CFunction,
  cFloat,
  type Kernel,
  type Lowering,
  type ModelView,
  type Operand,
  type Refusal,
} from './kernel.ts';
import { allFloat, forBatch, inferSame, presentInputs } from './types.ts';

const parameters: CFunction = {
  name: 'normalize_f32_parameters',
  source: `typedef struct {
  int32_t rows, pieces, length; /* a row has pieces of one length, which share a scale and a bias */
  int32_t row_step, piece_step, scales; /* which scale: (row * row_step + piece * piece_step) % scales */
  float epsilon;
} normalize_f32_parameters;`,
};

const normalize: CFunction = {
  name: 'normalize_f32',
  needs: [parameters],
  headers: ['math.h'],
  source: `/* Rows to mean 0 and variance 1, then scaled and shifted. The variance is that of the differences from the mean. */
static void normalize_f32(const normalize_f32_parameters *p, const float *x, const float *scale, const float *bias, float *y) {
  const int32_t size = p->pieces * p->length;
  for (int32_t row = 0; row < p->rows; row++, x += size, y += size) {
    float mean = 0.0f, variance = 0.0f, factor;
    for (int32_t i = 0; i < size; i++) mean += x[i];
    mean /= (float)size;
    for (int32_t i = 0; i < size; i++) variance += (x[i] - mean) * (x[i] - mean);
    factor = 1.0f / sqrtf(variance / (float)size + p->epsilon);
    for (int32_t piece = 0; piece < p->pieces; piece++) {
      const int32_t at = (row * p->row_step + piece * p->piece_step) % p->scales;
      const float by = factor * scale[at], shift = bias ? bias[at] : 0.0f;
      for (int32_t i = piece * p->length; i < (piece + 1) * p->length; i++) y[i] = (x[i] - mean) * by + shift;
    }
  }
}`,
};

interface Rows {
  readonly rows: number;
  readonly pieces: number;
  readonly length: number;
  readonly rowStep: number;
  readonly pieceStep: number;
  readonly scales: number;
}

const normalizeKernel = (
  operator: string,
  rowsOf: (node: Node, shape: readonly number[], scale: readonly number[]) => Rows | Refusal,
): Kernel => ({
  name: `${operator.toLowerCase()} f32`,
  operators: [operator],
  infer: inferSame,
  match(node, model) {
    const [x, scale] = node.inputs;
    const [y, ...more] = node.outputs;
    if (!x || !scale || !y || !allFloat(node.inputs, model)) return undefined;
    if (more.some((output) => output && model.isRead(output)))
      return { expected: 'one output', got: 'the mean or the deviation too' };
    const rows = rowsOf(node, model.type(x).shape, model.type(scale).shape);
    if ('expected' in rows) return rows;
    return {
      inputs: presentInputs(node),
      outputs: [y],
      functions: [normalize],
      parameters: {
        type: parameters.name,
        fields: {
          rows: rows.rows,
          pieces: rows.pieces,
          length: rows.length,
          row_step: rows.rowStep,
          piece_step: rows.pieceStep,
          scales: rows.scales,
          epsilon: cFloat(floatOf(node, 'epsilon', 1e-5)),
        },
      },
      call: ({ inputs, outputs, parameters: p }) =>
        `normalize_f32(${p}, ${inputs[0]}, ${inputs[1]}, ${inputs[2] ?? 'NULL'}, ${outputs[0]});`,
      inPlace: [[0, 0]],
    };
  },
});

/** A row is a channel of a picture. */
const instance = normalizeKernel('InstanceNormalization', (_node, [batch, channels, ...area]) => ({
  rows: batch! * channels!,
  pieces: 1,
  length: sizeOf(area),
  rowStep: 1,
  pieceStep: 0,
  scales: channels!,
}));

/** A row is a group of channels; scales are for each channel, or in opset 18 for each group. */
const group = normalizeKernel('GroupNormalization', (node, [batch, channels, ...area], [scales]) => {
  const groups = intOf(node, 'num_groups', 1);
  const isByGroup = scales === groups;
  return {
    rows: batch! * groups,
    pieces: isByGroup ? 1 : channels! / groups,
    length: sizeOf(area) * (isByGroup ? channels! / groups : 1),
    rowStep: isByGroup ? 1 : channels! / groups,
    pieceStep: 1,
    scales: scales!,
  };
});

/** A row is all axes from one on; each of its elements has a scale. */
const layer = normalizeKernel('LayerNormalization', (node, shape, scale) => {
  const axis = axisOf(intOf(node, 'axis', -1), shape.length);
  const size = sizeOf(shape.slice(axis));
  if (sizeOf(scale) !== size && sizeOf(scale) !== 1)
    return { expected: `a scale of ${size} elements, or one`, got: `[${scale.join(', ')}]` };
  return {
    rows: sizeOf(shape.slice(0, axis)),
    pieces: size,
    length: 1,
    rowStep: 0,
    pieceStep: 1,
    scales: sizeOf(scale),
  };
});

const scaleChannels: CFunction = {
  name: 'scale_channels_f32',
  source: `static void scale_channels_f32(const float *x, const float *factor, const float *shift, float *y, int32_t channels, int32_t area) {
  for (int32_t c = 0; c < channels; c++)
    for (int32_t i = c * area; i < (c + 1) * area; i++) y[i] = x[i] * factor[c] + shift[c];
}`,
};

/** BatchNormalization that no convolution before it could take: a factor and a shift for each channel. */
const batch: Kernel = {
  name: 'batch normalization f32',
  operators: ['BatchNormalization'],
  match(node, model): Lowering | Refusal | undefined {
    const [x, ...statistics] = node.inputs;
    const [y] = node.outputs;
    if (!x || !y || !allFloat([x], model)) return undefined;
    const affine = affineOf(node, statistics, model);
    if (!affine)
      return { expected: 'scale, bias, mean and variance that are constant', got: 'computed ones' };
    const { shape } = model.type(x);
    return {
      inputs: [x, ...affine],
      outputs: [y],
      functions: [scaleChannels],
      call: ({ inputs, outputs }) =>
        forBatch(
          shape[0]!,
          { at: inputs[0]!, size: sizeOf(shape.slice(1)) },
          { at: outputs[0]!, size: sizeOf(shape.slice(1)) },
          (from, to) =>
            `scale_channels_f32(${from}, ${inputs[1]}, ${inputs[2]}, ${to}, ${shape[1] ?? 1}, ${sizeOf(shape.slice(2))});`,
        ),
      inPlace: [[0, 0]],
    };
  },
};

/** factor = scale / √(variance + ε), shift = bias − mean · factor */
function affineOf(
  node: Node,
  statistics: readonly (Value | undefined)[],
  model: ModelView,
): Operand[] | undefined {
  const [scale, bias, mean, variance] = statistics.map((value) => {
    const data = model.constant(value);
    return data && toNumbers(data);
  });
  if (!scale || !bias || !mean || !variance) return undefined;
  const epsilon = floatOf(node, 'epsilon', 1e-5);
  const factor = scale.map((s, i) => s / Math.sqrt(variance[i]! + epsilon));
  const shift = bias.map((b, i) => b - mean[i]! * factor[i]!);
  const name = node.name || node.outputs[0]?.name || 'normalization';
  const operand = (what: string, numbers: Float64Array): Operand => ({
    name: `${name} ${what}`,
    dtype: 'float32',
    dims: [numbers.length],
    bytes: fromNumbers('float32', [numbers.length], numbers).bytes,
  });
  return [operand('factor', factor), operand('shift', shift)];
}

export const normalizeKernels: readonly Kernel[] = [instance, group, layer, batch];
