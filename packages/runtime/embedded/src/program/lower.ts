import { operatorOf } from '@trainyard/autograd/passes';
import { type Graph, ModelError, type Node, type Value } from '@trainyard/onnx-ir';
import {
  type AliasLowering,
  isAlias,
  isRefusal,
  isValue,
  type Kernel,
  type Lowering,
  type ModelView,
} from '../kernels/kernel.ts';

export interface LoweredNode {
  readonly node: Node;
  readonly kernel: string;
  readonly lowering: Lowering;
}

export interface LoweredGraph {
  /** In the order of the graph. */
  readonly nodes: readonly LoweredNode[];
  /** Values that are another value's memory under another shape. */
  readonly aliases: ReadonlyMap<Value, Value>;
}

/**
 * Chooses a kernel for each node that is needed, from the outputs backwards: what a kernel reads is needed next, and
 * what it took into itself is not.
 * @throws ModelError that names the node and the operator that no kernel takes
 */
export function lowerGraph(graph: Graph, view: ModelView, kernels: readonly Kernel[]): LoweredGraph {
  const chosen = new Map<Node, LoweredNode>();
  const aliases = new Map<Value, Value>();
  const needed = [...graph.outputs];
  for (let value = needed.pop(); value; value = needed.pop()) {
    const node = value.producer;
    if (!node || value.data || chosen.has(node) || aliases.has(value)) continue;
    const candidates = kernels.filter(({ operators }) => operators.includes(operatorOf(node)));
    const { kernel, result } = choose(node, candidates, view);
    if (isAlias(result)) {
      aliases.set(result.output, result.alias);
      needed.push(result.alias);
    } else {
      chosen.set(node, { node, kernel: kernel.name, lowering: result });
      needed.push(...result.inputs.filter(isValue));
    }
  }
  return { nodes: graph.nodes.flatMap((node) => chosen.get(node) ?? []), aliases };
}

function choose(
  node: Node,
  kernels: readonly Kernel[],
  view: ModelView,
): { kernel: Kernel; result: Lowering | AliasLowering } {
  const where = `node "${node.name || node.outputs[0]?.name}" (${operatorOf(node)})`;
  let refusal: { expected: string; got: string } | undefined;
  for (const kernel of kernels) {
    const result = kernel.match(node, view);
    if (result && !isRefusal(result)) return { kernel, result };
    refusal = result ?? refusal;
  }
  if (refusal)
    throw new ModelError(
      where,
      refusal.expected,
      refusal.got,
      'change the model, or add a kernel in src/kernels',
    );
  const types = node.inputs.map((input) => (input ? view.type(input).dtype : 'nothing'));
  if (kernels.length > 0)
    throw new ModelError(
      where,
      'inputs of types that a kernel takes',
      types.join(', ') || 'none',
      'change the model, or add a kernel in src/kernels',
    );
  throw new ModelError(
    where,
    'an operator that has a kernel',
    operatorOf(node),
    'replace it in the model, or add a kernel in src/kernels',
  );
}
