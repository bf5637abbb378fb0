import type { Attribute, Graph, Node, TensorData, Value } from '@trainyard/onnx-ir';
import { inputsOf } from './constants.ts';
import { graphsOf, Outcome, type Pass } from './pass.ts';

/** Operators that give another result each time they run. */
const random = new Set([
  'RandomNormal',
  'RandomNormalLike',
  'RandomUniform',
  'RandomUniformLike',
  'Multinomial',
  'Bernoulli',
  'Dropout',
]);

/**
 * Computes equal things once: nodes with the same operator, inputs and attributes, and initializers with the same elements.
 * Only ONNX's own operators, as others may keep a state. In a model that is trained further, weights that were equal
 * are one weight afterwards.
 */
export const eliminateCommonSubexpressions: Pass = {
  name: 'eliminateCommonSubexpressions',
  run(model) {
    const outcome = new Outcome();
    const graphs = graphsOf(model);
    const inputs = inputsOf(graphs);
    const ids = new Map<Value, number>();
    for (const graph of graphs) {
      mergeInitializers(graph, inputs, outcome);
      mergeNodes(graph, ids, outcome);
    }
    return outcome;
  },
};

function mergeInitializers(graph: Graph, inputs: ReadonlySet<Value>, outcome: Outcome): void {
  const byType = new Map<string, Value[]>();
  const gone = new Set<Value>();
  for (const value of graph.initializers) {
    const { data } = value;
    if (!data || data.strings || inputs.has(value) || graph.outputs.includes(value)) continue;
    const key = `${data.dtype}[${data.dims.join(',')}]`;
    const others = byType.get(key) ?? [];
    byType.set(key, others);
    const first = others.find((other) => sameBytes(other.data!, data));
    if (!first) {
      others.push(value);
      continue;
    }
    value.replaceUses(first);
    if (!graph.isRead(value)) gone.add(value);
    outcome.changed++;
  }
  const kept = graph.initializers.filter((value) => !gone.has(value));
  graph.initializers.splice(0, graph.initializers.length, ...kept);
}

function sameBytes(a: TensorData, b: TensorData): boolean {
  const [left, right] = [a.bytes, b.bytes];
  for (let i = 0; i < left.length; i++) if (left[i] !== right[i]) return false;
  return true;
}

function mergeNodes(graph: Graph, ids: Map<Value, number>, outcome: Outcome): void {
  const seen = new Map<string, Node>();
  for (const node of [...graph.nodes]) {
    const key = keyOf(node, ids);
    if (key === undefined) continue;
    const first = seen.get(key);
    if (!first) {
      seen.set(key, node);
      continue;
    }
    const why = whyKept(graph, node, first);
    if (why) {
      outcome.refuse(node, why);
      continue;
    }
    for (const [i, value] of node.outputs.entries()) if (value) graph.replaceValue(value, first.outputs[i]!);
    graph.remove([node]);
    outcome.changed++;
  }
}

/** Why a node stays although `first` computes the same. */
function whyKept(graph: Graph, node: Node, first: Node): string | undefined {
  const named = [...graph.quantizationAnnotations.map(({ value }) => value)];
  for (const [i, value] of node.outputs.entries()) {
    if (!value) continue;
    if (graph.outputs.includes(value) && graph.outputs.includes(first.outputs[i]!))
      return 'both results are outputs of the graph';
    if (named.includes(value) || named.includes(first.outputs[i]!))
      return 'a result has a quantization annotation';
  }
  return undefined;
}

/** Equal for nodes that compute the same; undefined for those that must not be merged. */
function keyOf(node: Node, ids: Map<Value, number>): string | undefined {
  if (node.domain !== '' || random.has(node.opType)) return undefined;
  const id = (value: Value | undefined): string => {
    if (!value) return '';
    if (!ids.has(value)) ids.set(value, ids.size);
    return String(ids.get(value));
  };
  const attributes: string[] = [];
  for (const [name, attribute] of [...node.attributes].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const text = attributeKey(attribute);
    if (text === undefined) return undefined;
    attributes.push(`${name}=${text}`);
  }
  const outputs = node.outputs.map((output) => (output ? 'y' : '')).join();
  return [node.opType, node.inputs.map(id).join(), outputs, ...attributes].join('|');
}

/** The attribute as text; undefined for kinds that are hardly ever equal and costly to compare. */
function attributeKey(attribute: Attribute): string | undefined {
  switch (attribute.kind) {
    case 'float':
    case 'int':
    case 'string':
      return `${attribute.kind}:${attribute.value}`;
    case 'floats':
    case 'ints':
      return `${attribute.kind}:${attribute.value.join()}`;
    case 'strings':
      return `strings:${JSON.stringify(attribute.value)}`;
    case 'tensor': {
      const { dtype, dims, size, strings } = attribute.value;
      return strings || size > 256 ? undefined : `${dtype}[${dims.join()}]:${attribute.value.bytes.join()}`;
    }
    default:
      return undefined;
  }
}
