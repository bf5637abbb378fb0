import type { Attribute } from './attribute.ts';
import type { Graph, Model, Node, Value, ValueType } from './graph.ts';
import { isNumeric, toNumbers } from './numbers.ts';
import type { TensorData } from './tensor-data.ts';

/** Constants of at most this many elements are shown whole. */
const maxElements = 8;

/**
 * A model as text: what its header says, its graph and its functions.
 * @example printModel(readModel(bytes))
 */
export function printModel(model: Model): string {
  const opsets = [...model.opsetImports].map(([domain, version]) => `${domain || 'ai.onnx'} ${version}`);
  const header = [
    `model: IR ${model.irVersion}, opset ${opsets.join(', ')}`,
    ...(model.producerName ? [`producer: ${model.producerName} ${model.producerVersion}`.trimEnd()] : []),
    ...[...model.metadata].map(([key, value]) => `metadata ${key}: ${value}`),
  ];
  const functions = model.functions.map(
    ({ domain, name, body }) => `${printable(`function ${domain}.${name}`)} ${printGraph(body)}`,
  );
  return [...header.map(printable), printGraph(model.graph), ...functions].join('\n');
}

/**
 * A graph as text, one line a constant or node.
 * @example
 * net(%x: float32[batch, 3]) -> (%y) {
 *   %fc.bias: float32[2] = [0, 1]
 *   %y: float32[batch, 2] = Gemm(%x, %fc.weight, %fc.bias) {transB = 1}
 * }
 */
export function printGraph(graph: Graph): string {
  return lines(graph).map(printable).join('\n');
}

/** Names come from files, and must not break the line or the terminal. */
const printable = (line: string): string => line.replace(/\p{Cc}/gu, '\ufffd');

function lines(graph: Graph): string[] {
  const inputs = graph.inputs.map(typed).join(', ');
  const outputs = graph.outputs.map(reference).join(', ');
  const constants = graph.initializers.map((value) => `${typed(value)} = ${constant(value)}`);
  const body = [...constants, ...graph.nodes.flatMap(nodeLines)];
  return [`${graph.name}(${inputs}) -> (${outputs}) {`, ...body.map((line) => `  ${line}`), '}'];
}

const reference = (value: Value | undefined): string => (value ? `%${value.name}` : '_');

const typed = (value: Value | undefined): string =>
  value?.type ? `${reference(value)}: ${printType(value.type)}` : reference(value);

/** `float32[batch, 10]`; `?` for a size that is unknown, and no brackets where the rank is. */
export function printType({ dtype, shape }: ValueType): string {
  return shape ? `${dtype}[${shape.map((dim) => dim ?? '?').join(', ')}]` : dtype;
}

function constant(value: Value): string {
  if (value.sparse) return `sparse with ${value.sparse.values.size} elements`;
  return value.data ? elements(value.data) : 'nothing';
}

function elements(data: TensorData): string {
  if (data.size > maxElements || !isNumeric(data.dtype)) return '...';
  const values = [...toNumbers(data)].map(number);
  return data.dims.length === 0 ? values[0] : `[${values.join(', ')}]`;
}

/** As many digits as a float32 has. */
const number = (value: number): string =>
  String(Number.isInteger(value) ? value : Number(value.toPrecision(7)));

function nodeLines(node: Node): string[] {
  const outputs = node.outputs.map(typed).join(', ');
  const type = [node.domain, node.opType, node.overload].filter(Boolean).join('.');
  const head = `${outputs} = ${type}(${node.inputs.map(reference).join(', ')})`;
  const plain = [...node.attributes].filter(([, { kind }]) => kind !== 'graph' && kind !== 'graphs');
  const attributes = plain.map(([name, attribute]) => `${name} = ${attributeText(attribute)}`).join(', ');
  const inner = [...node.attributes].flatMap(([name, attribute]) => {
    if (attribute.kind === 'graph') return subGraphLines(name, attribute.value);
    if (attribute.kind === 'graphs') return attribute.value.flatMap((graph) => subGraphLines(name, graph));
    return [];
  });
  return [attributes ? `${head} {${attributes}}` : head, ...inner];
}

function subGraphLines(name: string, graph: Graph): string[] {
  const [first, ...rest] = lines(graph);
  return [`  ${name}: ${first}`, ...rest.map((line) => `  ${line}`)];
}

function attributeText(attribute: Attribute): string {
  switch (attribute.kind) {
    case 'float':
      return number(attribute.value);
    case 'int':
      return String(attribute.value);
    case 'string':
      return JSON.stringify(attribute.value);
    case 'floats':
      return `[${attribute.value.map(number).join(', ')}]`;
    case 'ints':
      return `[${attribute.value.join(', ')}]`;
    case 'strings':
      return JSON.stringify(attribute.value);
    case 'tensor': {
      const { dtype, dims } = attribute.value;
      return `${printType({ dtype, shape: dims })} ${elements(attribute.value)}`;
    }
    case 'ref':
      return `@${attribute.name}`;
    default:
      return attribute.kind;
  }
}
