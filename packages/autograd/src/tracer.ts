import { Graph, Node, TensorData, Value } from '@trainyard/onnx-ir';
import { toOnnxAttributes } from './attributes.ts';
import { InputError } from './errors.ts';
import type { Op, Target } from './op.ts';
import { Tensor } from './tensor.ts';
import { tracedOps } from './traced-ops.ts';
import type { TensorType } from './types.ts';

export interface TraceOptions {
  readonly name?: string;
  /** Whether operators that ONNX lacks become the operators it has; on unless said otherwise. */
  readonly lower?: boolean;
  /** What operators are lowered for; `cpu` unless given. */
  readonly target?: Target | undefined;
  /** Names for the constants that the traced function brings in from outside, such as `conv1.weight`. */
  readonly names?: ReadonlyMap<Tensor, string>;
}

/** A graph input that the host computes before each run, such as a random mask. */
export interface HostInput {
  readonly name: string;
  readonly produce: () => Tensor;
}

/** Writes down operator calls as a graph. */
export class Tracer {
  readonly graph: Graph;
  readonly lowers: boolean;
  readonly target: Target;
  readonly hostInputs: HostInput[] = [];
  /** What the graph calls each result. */
  readonly outputNames = new Map<string, string>();
  readonly #names: ReadonlyMap<Tensor, string>;
  readonly #constants = new Map<Tensor, Value>();
  readonly #taken = new Map<string, number>();
  #scopes: readonly string[] = [];

  constructor(options: TraceOptions = {}) {
    this.graph = new Graph(options.name ?? 'traced');
    this.lowers = options.lower ?? true;
    this.target = options.target ?? 'cpu';
    this.#names = options.names ?? new Map();
  }

  input(name: string, type: TensorType): Tensor {
    const value = new Value(this.#unique(name), type);
    this.graph.inputs.push(value);
    return new Tensor(type, { symbol: value });
  }

  hostInput(name: string, produce: () => Tensor, { dtype, shape }: TensorType = produce()): Tensor {
    const input = this.input(name, { dtype, shape });
    this.hostInputs.push({ name: input.symbol!.name, produce });
    return input;
  }

  /** A result that goes by the name of an input, as state does from step to step, is called `name:next`. */
  output(name: string, x: Tensor): void {
    const source = this.valueOf(x);
    const isInput = this.graph.inputs.some((input) => input.name === name);
    // An output is always a node's, and has its own name.
    const node = new Node(
      'Identity',
      [source],
      [new Value(this.#unique(isInput ? `${name}:next` : name), { dtype: x.dtype, shape: x.shape })],
      { name: `${name}/Identity` },
    );
    this.graph.nodes.push(node);
    this.graph.outputs.push(node.outputs[0]!);
    this.outputNames.set(name, node.outputs[0]!.name);
  }

  record(
    op: Op,
    inputs: readonly Tensor[],
    attributes: Record<string, never>,
    types: readonly TensorType[],
  ): Tensor[] {
    const name = this.#unique([...this.#scopes, op.type].join('/'));
    const outputs = types.map(
      (type, i) => new Value(this.#unique(i === 0 ? `${name}:out` : `${name}:out${i}`), type),
    );
    const values = inputs.map((input) => input && this.valueOf(input));
    while (values.length > 0 && !values.at(-1)) values.pop();
    const node = new Node(op.type, values, outputs, {
      name,
      domain: op.domain,
      attributes: toOnnxAttributes(op.rules, attributes),
    });
    tracedOps.set(node, op);
    this.graph.nodes.push(node);
    return types.map((type, i) => new Tensor(type, { symbol: outputs[i] }));
  }

  /** The value of a tensor: its own when traced, an initializer when it comes from outside. */
  valueOf(x: Tensor): Value {
    if (x.symbol) return x.symbol;
    let value = this.#constants.get(x);
    if (!value) {
      const name = this.#unique(this.#names.get(x) ?? 'const');
      value = this.graph.addInitializer(name, TensorData.from(x.dtype, x.sizes, x.data));
      this.#constants.set(x, value);
    }
    return value;
  }

  get scopes(): readonly string[] {
    return this.#scopes;
  }

  inScopes<T>(scopes: readonly string[], fn: () => T): T {
    const before = this.#scopes;
    this.#scopes = scopes;
    try {
      return fn();
    } finally {
      this.#scopes = before;
    }
  }

  #unique(name: string): string {
    let count = this.#taken.get(name) ?? 0;
    let unique = name;
    // A name that was given may look like one that was made.
    for (; this.#taken.has(unique); count++) unique = `${name}_${Math.max(1, count)}`;
    this.#taken.set(name, Math.max(1, count));
    this.#taken.set(unique, this.#taken.get(unique) ?? 1);
    return unique;
  }
}

let current: Tracer | undefined;

export function withTracer<T>(tracer: Tracer, fn: () => T): T {
  const before = current;
  current = tracer;
  try {
    return fn();
  } finally {
    current = before;
  }
}

/** @throws InputError when a traced tensor is used after its trace has ended */
export function activeTracer(where: string): Tracer {
  if (current) return current;
  throw new InputError(
    where,
    'tensors with data',
    'a traced tensor outside of its trace',
    'return it from the traced function instead',
  );
}

const noScopes: readonly string[] = [];

/** The scopes of what is traced now, the outermost first; none when nothing is traced. */
export const activeScopes = (): readonly string[] => current?.scopes ?? noScopes;

/** Runs `fn` in these scopes instead of those it is called in; just runs it when nothing is traced. */
export const inScopes = <T>(scopes: readonly string[], fn: () => T): T =>
  current ? current.inScopes(scopes, fn) : fn();

/** Names of operators traced inside `fn` start with `name`; does nothing when nothing is traced. */
export const scope = <T>(name: string, fn: () => T): T => inScopes([...activeScopes(), name], fn);

/**
 * A tensor that the host draws: computed now, or an input of the graph when a function is being traced.
 * With `type`, tracing draws nothing, so that a generator stands after it where it stood before.
 */
export const hostTensor = (name: string, produce: () => Tensor, type?: TensorType): Tensor =>
  current ? current.hostInput(name, produce, type) : produce();
