import { gradientScope, type OnnxFunction } from '@trainyard/autograd';

/** What a node is for. `other` are nodes that ONNX Runtime added, such as changes of the layout of tensors. */
export type StepPart = 'forward' | 'backward' | 'update' | 'loss' | 'metrics' | 'other';

/** Where a node comes from: the path of a module, or the name of a part that is no module's. */
export interface Origin {
  readonly module: string;
  readonly part: StepPart;
}

/** Scopes that `profileStep` traces a training step in. */
export const scopes = { network: 'network', loss: 'loss', update: 'update' } as const;
/** The network's own operators, outside of any module in it. */
const networkItself = '(network)';

const other: Origin = { module: 'other', part: 'other' };
const loss: Origin = { module: 'loss', part: 'loss' };
const metrics: Origin = { module: 'metrics', part: 'metrics' };

type Graph = OnnxFunction['graph'];
type GraphNode = Graph['nodes'][number];

export interface OriginsOptions {
  /** By their paths, `layer1.0.conv1`. */
  readonly modules: ReadonlyMap<string, unknown>;
  readonly parameters: readonly string[];
}

/**
 * Where each node of a training step comes from, by its name, after the names are made to say so: what was traced
 * outside of the network is called `loss/…`, `metrics/…` or, by the parameter that it moves, `update/conv1.weight/…`.
 */
export function nameOrigins(
  { graph, outputNames }: Pick<OnnxFunction, 'graph' | 'outputNames'>,
  { modules, parameters }: OriginsOptions,
): Map<string, Origin> {
  const goals = goalsOf(graph, goalsByOutput(outputNames, parameters));
  const origins = new Map<string, Origin>();
  const taken = new Set(graph.nodes.map(({ name }) => name));
  for (const node of graph.nodes) {
    const [first, ...rest] = node.name.split('/');
    if (first === scopes.network) origins.set(node.name, originInNetwork(rest, modules));
    else if (first === scopes.loss) origins.set(node.name, loss);
    else {
      const { origin, scope } = originOutside(goals.get(node), first === gradientScope, modules);
      node.name = unused(`${scope}/${first === scopes.update ? rest.join('/') : node.name}`, taken);
      origins.set(node.name, origin);
    }
  }
  return origins;
}

/** ONNX Runtime refuses a graph with a name that two nodes have. */
function unused(name: string, taken: Set<string>): string {
  let unique = name;
  for (let i = 1; taken.has(unique); i++) unique = `${name}_${i}`;
  taken.add(unique);
  return unique;
}

/** @param scopesAndType `layer1/0/conv1/grad/MatMul`, split */
function originInNetwork(scopesAndType: readonly string[], modules: OriginsOptions['modules']): Origin {
  const inner = scopesAndType.slice(0, -1);
  let depth = inner.length;
  while (depth > 0 && !modules.has(inner.slice(0, depth).join('.'))) depth--;
  return {
    module: inner.slice(0, depth).join('.') || networkItself,
    part: inner.slice(depth).includes(gradientScope) ? 'backward' : 'forward',
  };
}

/** What a node helps to compute: a parameter's next value, the loss, the count of right answers, or several. */
type Goal = { readonly parameter: string } | 'loss' | 'correct' | 'several';

function originOutside(
  goal: Goal | undefined,
  inGradient: boolean,
  modules: OriginsOptions['modules'],
): { origin: Origin; scope: string } {
  if (goal === 'loss') return { origin: loss, scope: scopes.loss };
  if (goal === 'correct') return { origin: metrics, scope: 'metrics' };
  const part = inGradient ? 'backward' : 'update';
  if (typeof goal === 'object') {
    const module = ownerOf(goal.parameter, modules);
    return { origin: { module, part }, scope: `${part}/${goal.parameter}` };
  }
  return inGradient
    ? { origin: loss, scope: scopes.loss }
    : { origin: { module: 'update', part: 'update' }, scope: scopes.update };
}

/** The module that a parameter belongs to: `layer1.0.conv1` of `layer1.0.conv1.weight`. */
function ownerOf(parameter: string, modules: OriginsOptions['modules']): string {
  const path = parameter.split('.').slice(0, -1);
  while (path.length > 0 && !modules.has(path.join('.'))) path.pop();
  return path.join('.') || networkItself;
}

/** Goals by the graph's name of an output. What an optimizer remembers of a parameter ends in the parameter's name. */
function goalsByOutput(
  outputNames: ReadonlyMap<string, string>,
  parameters: readonly string[],
): Map<string, Goal> {
  const longestFirst = parameters.toSorted((a, b) => b.length - a.length);
  const goalOf = (result: string): Goal => {
    if (result === 'loss' || result === 'correct') return result;
    const parameter = longestFirst.find((name) => result.endsWith(`.${name}`));
    return parameter === undefined ? 'several' : { parameter };
  };
  return new Map([...outputNames].map(([result, inGraph]) => [inGraph, goalOf(result)]));
}

function goalsOf(graph: Graph, byOutput: ReadonlyMap<string, Goal>): Map<GraphNode, Goal> {
  const goals = new Map<GraphNode, Goal>();
  for (const node of graph.nodes.toReversed()) {
    const found: (Goal | undefined)[] = [];
    for (const output of node.outputs) {
      if (!output) continue;
      if (graph.outputs.includes(output)) found.push(byOutput.get(output.name));
      for (const use of output.uses) found.push(goals.get(use.node));
    }
    const goal = found.reduce((a, b) => (a === undefined || b === undefined ? (a ?? b) : join(a, b)));
    if (goal) goals.set(node, goal);
  }
  return goals;
}

function join(a: Goal, b: Goal): Goal {
  if (a === b) return a;
  const same = typeof a === 'object' && typeof b === 'object' && a.parameter === b.parameter;
  return same ? a : 'several';
}

/**
 * The origin of a node of ONNX Runtime's, by its name. A fused or changed node goes by the name of one that it came
 * from, with something after it (`1/MatMul/MatmulTransposeFusion/`, `7/MaxPool:out_nchwc`) or `fused ` before it.
 */
export function originOf(name: string, origins: ReadonlyMap<string, Origin>): Origin {
  const plain = name.replace(/^fused /, '');
  for (let end = plain.length; end > 0; end--) {
    const separated = end === plain.length || '/_: '.includes(plain[end]);
    const origin = separated ? origins.get(plain.slice(0, end)) : undefined;
    if (origin) return origin;
  }
  return other;
}
