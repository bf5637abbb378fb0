import { isOnnx } from '@trainyard/autograd/passes';
import { type DataType, dataTypeOfCode, type Graph, type Node, type Value } from '@trainyard/onnx-ir';

type Types = ReadonlyMap<Value, DataType>;
/** The element type of a node's output. */
type Rule = (node: Node, output: number, types: Types) => DataType | undefined;

const fixed =
  (...dtypes: DataType[]): Rule =>
  (_node, output) =>
    dtypes[output];

const ofInput =
  (input: number): Rule =>
  (node, _output, types) => {
    const value = node.inputs[input];
    return value && types.get(value);
  };

const firstThen =
  (...rest: DataType[]): Rule =>
  (node, output, types) =>
    output === 0 ? ofInput(0)(node, output, types) : rest[output - 1];

const ofAttribute =
  (name: string, otherwise?: DataType): Rule =>
  ({ attributes }) => {
    const attribute = attributes.get(name);
    if (attribute?.kind === 'int') return dataTypeOfCode(Number(attribute.value));
    return attribute?.kind === 'tensor' ? attribute.value.dtype : otherwise;
  };

const ofConstant: Rule = ({ attributes }) => {
  const value = attributes.get('value');
  if (value?.kind === 'tensor') return value.value.dtype;
  return attributes.has('value_float') || attributes.has('value_floats') ? 'float32' : 'int64';
};

/** Operators whose outputs are not all of the type of their first input. */
const rules = new Map<string, Rule>([
  ...['Shape', 'Size', 'NonZero', 'ArgMax', 'ArgMin', 'NonMaxSuppression'].map(
    (type) => [type, fixed('int64')] as const,
  ),
  ...[
    'Equal',
    'Greater',
    'GreaterOrEqual',
    'Less',
    'LessOrEqual',
    'Not',
    'And',
    'Or',
    'Xor',
    'IsNaN',
    'IsInf',
  ].map((type) => [type, fixed('bool')] as const),
  ...['ConvInteger', 'MatMulInteger'].map((type) => [type, fixed('int32')] as const),
  ['Where', ofInput(1)],
  ['OneHot', ofInput(2)],
  ['CastLike', ofInput(1)],
  ['DequantizeLinear', ofInput(1)],
  ['DynamicQuantizeLinear', fixed('uint8', 'float32', 'uint8')],
  ['MaxPool', firstThen('int64')],
  ['TopK', firstThen('int64')],
  ['Unique', firstThen('int64', 'int64', 'int64')],
  ['Dropout', firstThen('bool')],
  ['Constant', ofConstant],
  ['QuantizeLinear', (node, output, types) => ofInput(2)(node, output, types) ?? 'uint8'],
  ['Cast', ofAttribute('to')],
  ['ConstantOfShape', ofAttribute('value', 'float32')],
  ...['RandomNormal', 'RandomUniform'].map((type) => [type, ofAttribute('dtype', 'float32')] as const),
]);

const sameAsFirst = ofInput(0);

/**
 * The element type of every value of a graph: what the file says, else what the operator's definition says, else that of
 * the first input.
 */
export function inferElementTypes(graph: Graph): Types {
  const types = new Map<Value, DataType>();
  for (const value of graph.values()) {
    const dtype = value.type?.dtype ?? value.data?.dtype;
    if (dtype) types.set(value, dtype);
  }
  for (const node of graph.nodes)
    node.outputs.forEach((output, i) => {
      if (!output || types.has(output)) return;
      const rule = (isOnnx(node) && rules.get(node.opType)) || sameAsFirst;
      const dtype = rule(node, i, types);
      if (dtype) types.set(output, dtype);
    });
  return types;
}
