import type { Attribute, SparseTensorData } from './attribute.ts';
import type { DataType } from './data-type.ts';
import { ModelError } from './errors.ts';
import type { TensorData } from './tensor-data.ts';

/** A number, the name of a dimension that is known only when the graph runs, or null where nothing is known. */
export type Dim = number | string | null;

export interface ValueType {
  readonly dtype: DataType;
  /** Undefined where not even the rank is known. */
  readonly shape?: readonly Dim[];
}

/** A type that is no dense tensor's (a sequence, a map, an optional), kept as the file format encodes it. */
export interface OpaqueType {
  readonly encoded: Uint8Array;
}

export interface Use {
  readonly node: Node;
  readonly index: number;
}

/** An edge of the graph: an input, an initializer, or the output of a node. */
export class Value {
  name: string;
  type: ValueType | undefined;
  /** The elements, where the value is an initializer. */
  data: TensorData | undefined;
  /** The elements, where the value is a sparse initializer. */
  sparse: SparseTensorData | undefined;
  /** The type, where it is none that `type` can say. */
  opaqueType: OpaqueType | undefined;
  docString = '';
  readonly metadata = new Map<string, string>();
  /** Fields of the file that we have no names for, written back as they came. */
  extra: Uint8Array | undefined;
  /** The node that computes it; undefined for inputs and initializers. */
  producer: Node | undefined;
  readonly uses = new Set<Use>();

  constructor(name: string, type?: ValueType, data?: TensorData) {
    this.name = name;
    this.type = type;
    this.data = data;
  }

  /** Every node that reads this value reads `other` instead. Graph outputs stay: see `Graph.replaceValue`. */
  replaceUses(other: Value): void {
    for (const { node, index } of [...this.uses]) node.setInput(index, other);
  }
}

export interface NodeInit {
  readonly name?: string;
  readonly domain?: string;
  readonly overload?: string;
  readonly attributes?: ReadonlyMap<string, Attribute>;
  readonly docString?: string;
  readonly metadata?: ReadonlyMap<string, string>;
}

/** One operator call. Inputs that are left out are undefined, as ONNX's empty names say. */
export class Node {
  name: string;
  opType: string;
  domain: string;
  overload: string;
  docString: string;
  readonly attributes: Map<string, Attribute>;
  readonly metadata: Map<string, string>;
  /** Fields of the file that we have no names for, written back as they came. */
  extra: Uint8Array | undefined;
  readonly #outputs: (Value | undefined)[];
  readonly #inputs: (Value | undefined)[] = [];
  readonly #uses: (Use | undefined)[] = [];

  constructor(
    opType: string,
    inputs: readonly (Value | undefined)[],
    outputs: readonly (Value | undefined)[],
    init: NodeInit = {},
  ) {
    this.opType = opType;
    this.name = init.name ?? '';
    this.domain = init.domain ?? '';
    this.overload = init.overload ?? '';
    this.docString = init.docString ?? '';
    this.attributes = new Map(init.attributes);
    this.metadata = new Map(init.metadata);
    this.#outputs = [...outputs];
    for (const output of outputs) if (output) output.producer = this;
    for (const [i, input] of inputs.entries()) this.setInput(i, input);
  }

  get inputs(): readonly (Value | undefined)[] {
    return this.#inputs;
  }

  get outputs(): readonly (Value | undefined)[] {
    return this.#outputs;
  }

  /** Stops computing an optional output, which nothing may read any more. */
  dropOutput(index: number): void {
    const output = this.#outputs[index];
    if (output) output.producer = undefined;
    this.#outputs[index] = undefined;
    while (this.#outputs.length > 0 && !this.#outputs.at(-1)) this.#outputs.pop();
  }

  setInput(index: number, value: Value | undefined): void {
    const old = this.#uses[index];
    if (old) this.#inputs[index]?.uses.delete(old);
    while (this.#inputs.length < index) {
      this.#inputs.push(undefined);
      this.#uses.push(undefined);
    }
    this.#inputs[index] = value;
    const use = value ? { node: this, index } : undefined;
    if (use) value?.uses.add(use);
    this.#uses[index] = use;
  }

  /** The graphs in its attributes: the branches of an If, the body of a Loop. */
  *subGraphs(): Generator<Graph> {
    for (const attribute of this.attributes.values()) {
      if (attribute.kind === 'graph') yield attribute.value;
      if (attribute.kind === 'graphs') yield* attribute.value;
    }
  }

  /** Stops reading any value, in its sub-graphs too; a node that leaves its graph calls it. */
  detach(): void {
    for (const graph of this.subGraphs()) graph.remove(graph.nodes);
    for (const i of this.#inputs.keys()) this.setInput(i, undefined);
    this.#inputs.length = 0;
    this.#uses.length = 0;
  }
}

/** Tensors that say how a value is quantized, by ONNX's keys such as `SCALE_TENSOR`. */
export interface QuantizationAnnotation {
  readonly value: Value;
  readonly parameters: ReadonlyMap<string, Value>;
}

/** Nodes in topological order, with the values that enter, that leave and that are constant. */
export class Graph {
  name: string;
  docString = '';
  readonly inputs: Value[] = [];
  readonly outputs: Value[] = [];
  readonly initializers: Value[] = [];
  nodes: Node[] = [];
  readonly quantizationAnnotations: QuantizationAnnotation[] = [];
  readonly metadata = new Map<string, string>();
  /** Fields of the file that we have no names for, written back as they came. */
  extra: Uint8Array | undefined;

  constructor(name: string) {
    this.name = name;
  }

  /** Every value of this graph: inputs, initializers, node outputs; not those of sub-graphs. */
  *values(): Generator<Value> {
    const seen = new Set<Value>();
    const nodeOutputs = this.nodes.flatMap((node) => node.outputs);
    for (const value of [...this.inputs, ...this.initializers, ...nodeOutputs])
      if (value && !seen.has(value)) {
        seen.add(value);
        yield value;
      }
  }

  addInitializer(name: string, data: TensorData): Value {
    const value = new Value(name, { dtype: data.dtype, shape: data.dims }, data);
    this.initializers.push(value);
    return value;
  }

  /** Puts `nodes` before `anchor`, or at the end. */
  insert(nodes: readonly Node[], anchor?: Node): void {
    const at = anchor ? this.nodes.indexOf(anchor) : this.nodes.length;
    if (at < 0) throw new ModelError(`graph "${this.name}"`, 'one of its nodes', `node "${anchor?.name}"`);
    this.nodes.splice(at, 0, ...nodes);
  }

  /** Takes `nodes` out, with their sub-graphs; nothing may read their outputs any more. */
  remove(nodes: Iterable<Node>): void {
    const gone = new Set(nodes);
    this.nodes = this.nodes.filter((node) => !gone.has(node));
    for (const node of gone) node.detach();
  }

  /** Whether anything needs the value: a node here or in a sub-graph, a graph output, a quantization annotation. */
  isRead(value: Value): boolean {
    return (
      value.uses.size > 0 ||
      this.outputs.includes(value) ||
      this.quantizationAnnotations.some(({ parameters }) => [...parameters.values()].includes(value))
    );
  }

  /**
   * Readers of `from`, graph outputs included, read `to` instead. Outputs keep their names: `to` takes the name over
   * where a node of this graph computes it and it is no output itself, else an Identity at the end gives it.
   */
  replaceValue(from: Value, to: Value): void {
    if (from === to) return;
    from.replaceUses(to);
    if (!this.outputs.includes(from)) return;
    const { name } = from;
    from.name = this.uniqueName(`${name}__replaced`);
    const canRename = to.producer && this.nodes.includes(to.producer) && !this.outputs.includes(to);
    const output = canRename ? to : new Value(name, from.type ?? to.type);
    output.name = name;
    output.type ??= from.type;
    if (!canRename) this.nodes.push(new Node('Identity', [to], [output], { name: `${name}/Identity` }));
    for (const [i, value] of this.outputs.entries()) if (value === from) this.outputs[i] = output;
  }

  /** `base`, or `base` with the first number that makes it a name no value of this graph or its sub-graphs has. */
  uniqueName(base: string): string {
    const taken = new Set<string>();
    for (const graph of [this, ...this.subGraphs()]) for (const { name } of graph.values()) taken.add(name);
    let name = base;
    for (let i = 1; taken.has(name); i++) name = `${base}_${i}`;
    return name;
  }

  /** The graphs inside the attributes of this graph's nodes, and those inside of them. */
  *subGraphs(): Generator<Graph> {
    for (const node of this.nodes)
      for (const graph of node.subGraphs()) {
        yield graph;
        yield* graph.subGraphs();
      }
  }
}

/** A function of a model: a body that nodes call by domain and name. Its attributes are parameters. */
export interface FunctionDefinition {
  readonly name: string;
  readonly domain: string;
  readonly overload: string;
  readonly attributes: readonly string[];
  /** Attributes that a call may leave out. */
  readonly attributeDefaults?: ReadonlyMap<string, Attribute>;
  readonly opsetImports: ReadonlyMap<string, number>;
  readonly body: Graph;
  /** Fields of the file that we have no names for, written back as they came. */
  readonly extra?: Uint8Array | undefined;
}

export interface Model {
  irVersion: number;
  readonly opsetImports: Map<string, number>;
  producerName: string;
  producerVersion: string;
  domain: string;
  modelVersion: number | bigint;
  docString: string;
  readonly metadata: Map<string, string>;
  graph: Graph;
  readonly functions: FunctionDefinition[];
  /** Fields of the file that we have no names for, written back as they came. */
  extra?: Uint8Array | undefined;
}

/** A model around `graph`, by default of IR version 8 and opset 18, which every runtime we ship to reads. */
export function createModel(graph: Graph, init: Partial<Model> = {}): Model {
  return {
    irVersion: 8,
    opsetImports: new Map([['', 18]]),
    producerName: 'trainyard',
    producerVersion: '0.1.0',
    domain: '',
    modelVersion: 1,
    docString: '',
    metadata: new Map(),
    functions: [],
    ...init,
    graph,
  };
}
