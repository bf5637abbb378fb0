import type { AttributeKind } from './attribute.ts';

/** Names of attributes that have one kind wherever ONNX's own operators use them. Source: ONNX's Operators.md. */
const names: Partial<Record<AttributeKind, readonly string[]>> = {
  int: [
    ...['axis', 'keepdims', 'group', 'to', 'dtype', 'transA', 'transB', 'ceil_mode', 'storage_order'],
    ...['count_include_pad', 'noop_with_empty_axes', 'select_last_index', 'largest', 'sorted', 'allowzero'],
    ...['batch_dims', 'blocksize', 'num_groups', 'training_mode', 'exclusive', 'reverse', 'value_int'],
    ...['saturate', 'hidden_size', 'stash_type', 'num_outputs', 'fmod', 'upper'],
  ],
  float: [
    'alpha',
    'beta',
    'epsilon',
    'momentum',
    'lambd',
    'value_float',
    'cubic_coeff_a',
    'extrapolation_value',
  ],
  string: ['auto_pad', 'mode', 'equation', 'approximate', 'nearest_mode', 'coordinate_transformation_mode'],
  ints: [
    ...['kernel_shape', 'strides', 'pads', 'dilations', 'output_padding', 'output_shape', 'perm', 'axes'],
    ...['value_ints', 'split'],
  ],
  floats: ['value_floats', 'activation_alpha', 'activation_beta'],
  strings: ['activations', 'value_strings'],
  graph: ['then_branch', 'else_branch', 'body'],
  sparseTensor: ['sparse_value'],
};

const kinds = new Map(
  Object.entries(names).flatMap(([kind, list]) => list.map((name) => [name, kind as AttributeKind] as const)),
);

/** The kind of an attribute of an ONNX operator, or undefined where the name does not tell. */
export const attributeKindOf = (name: string): AttributeKind | undefined => kinds.get(name);
