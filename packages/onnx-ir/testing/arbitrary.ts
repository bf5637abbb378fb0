import fc from 'fast-check';
import type { Attribute, SparseTensorData } from '../src/attribute.ts';
import { bytesPerElement, type DataType, dataTypes } from '../src/data-type.ts';
import { createModel, type Dim, Graph, type Model, Node, Value, type ValueType } from '../src/graph.ts';
import { TensorData } from '../src/tensor-data.ts';

/** Models of every shape that the file format can hold, for property tests. */

const word = fc.string({ minLength: 1, maxLength: 6, unit: fc.constantFrom(...'abcüé.:/ 木') });
const dtype = fc.constantFrom(...dataTypes);
const dims = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 });
const int = fc.oneof(fc.maxSafeInteger(), fc.constantFrom(2n ** 62n, -(2n ** 63n), 2n ** 63n - 1n));
const float = fc.float({ noNaN: true });

function tensorOf(type: DataType, shape: readonly number[]): fc.Arbitrary<TensorData> {
  const size = shape.reduce((a, b) => a * b, 1);
  if (type === 'string')
    return fc
      .array(fc.uint8Array({ maxLength: 4 }), { minLength: size, maxLength: size })
      .map((strings) => TensorData.ofStrings(shape, strings));
  const length = Math.ceil(size * bytesPerElement(type));
  return fc
    .uint8Array({ minLength: length, maxLength: length })
    .map((bytes) => new TensorData(type, shape, bytes));
}

const tensor = fc.tuple(dtype, dims).chain(([type, shape]) => tensorOf(type, shape));

const sparse: fc.Arbitrary<SparseTensorData> = fc
  .tuple(tensorOf('float32', [2]), tensorOf('int64', [2]))
  .map(([values, indices]) => ({ dims: [5, 7], values, indices }));

const type: fc.Arbitrary<ValueType> = fc.record(
  {
    dtype: dtype,
    shape: fc.array(fc.oneof<fc.Arbitrary<Dim>[]>(fc.nat(), word, fc.constant(null)), { maxLength: 3 }),
  },
  { requiredKeys: ['dtype'] },
);

const entries = fc.array(fc.tuple(word, word), { maxLength: 2 }).map((pairs) => new Map(pairs));

/** Attributes of all kinds but graphs. */
const attribute: fc.Arbitrary<Attribute> = fc.oneof(
  fc.record({ kind: fc.constant('float'), value: float }),
  fc.record({ kind: fc.constant('int'), value: int }),
  fc.record({ kind: fc.constant('string'), value: word }),
  fc.record({ kind: fc.constant('bytes'), value: fc.constant(Uint8Array.of(0xff, 0xfe)) }),
  fc.record({ kind: fc.constant('tensor'), value: tensor }),
  fc.record({ kind: fc.constant('sparseTensor'), value: sparse }),
  fc.record({ kind: fc.constant('type'), value: type }),
  fc.record({ kind: fc.constant('floats'), value: fc.array(float, { maxLength: 3 }) }),
  fc.record({ kind: fc.constant('ints'), value: fc.array(int, { maxLength: 3 }) }),
  fc.record({ kind: fc.constant('strings'), value: fc.array(word, { maxLength: 3 }) }),
  fc.record({ kind: fc.constant('byteStrings'), value: fc.constant([Uint8Array.of(0xff)]) }),
  fc.record({ kind: fc.constant('tensors'), value: fc.array(tensor, { maxLength: 2 }) }),
  fc.record({ kind: fc.constant('sparseTensors'), value: fc.array(sparse, { maxLength: 2 }) }),
  fc.record({ kind: fc.constant('types'), value: fc.array(type, { maxLength: 2 }) }),
  fc.record({ kind: fc.constant('ref'), name: word, of: fc.constantFrom('float', 'ints', 'graph') }),
) as fc.Arbitrary<Attribute>;

interface NodePlan {
  readonly opType: string;
  readonly domain: string;
  readonly overload: string;
  readonly docString: string;
  readonly attributes: Map<string, Attribute>;
  readonly metadata: Map<string, string>;
  readonly types: (ValueType | undefined)[];
  /** Which of the values so far it reads; a multiple of 5 leaves the input out. */
  readonly reads: number[];
  readonly branch: GraphPlan | undefined;
}

interface GraphPlan {
  readonly name: string;
  readonly docString: string;
  readonly metadata: Map<string, string>;
  readonly inputs: { type: ValueType; docString: string; metadata: Map<string, string> }[];
  readonly initializers: TensorData[];
  readonly sparse: SparseTensorData[];
  readonly nodes: NodePlan[];
  readonly annotated: boolean;
}

const { graph: graphPlan } = fc.letrec<{ graph: GraphPlan; node: NodePlan }>((tie) => ({
  graph: fc.record({
    name: word,
    docString: fc.constantFrom('', 'about'),
    metadata: entries,
    inputs: fc.array(fc.record({ type, docString: fc.constantFrom('', 'in'), metadata: entries }), {
      maxLength: 2,
    }),
    initializers: fc.array(tensor, { maxLength: 2 }),
    sparse: fc.array(sparse, { maxLength: 1 }),
    nodes: fc.array(tie('node'), { maxLength: 3 }),
    annotated: fc.boolean(),
  }),
  node: fc.record({
    opType: word,
    domain: fc.constantFrom('', 'own'),
    overload: fc.constantFrom('', 'v2'),
    docString: fc.constantFrom('', 'does'),
    attributes: fc.dictionary(word, attribute, { maxKeys: 3 }).map((all) => new Map(Object.entries(all))),
    metadata: entries,
    types: fc.array(fc.option(type, { nil: undefined }), { minLength: 1, maxLength: 2 }),
    reads: fc.array(fc.nat(20), { maxLength: 3 }),
    branch: fc.option(tie('graph'), { nil: undefined, depthSize: 'small', maxDepth: 2 }),
  }),
}));

/** Builds what the plan says; `outside` are the values of the graphs around it. */
function build(plan: GraphPlan, outside: readonly Value[], counter: { next: number }): Graph {
  const name = (): string => `v${counter.next++}`;
  const graph = new Graph(plan.name);
  graph.docString = plan.docString;
  for (const [key, value] of plan.metadata) graph.metadata.set(key, value);
  for (const { type: inputType, docString, metadata } of plan.inputs) {
    const value = new Value(name(), inputType);
    value.docString = docString;
    for (const [key, text] of metadata) value.metadata.set(key, text);
    graph.inputs.push(value);
  }
  for (const data of plan.initializers) graph.addInitializer(name(), data);
  for (const data of plan.sparse) {
    const value = new Value(name(), { dtype: data.values.dtype, shape: data.dims });
    value.sparse = data;
    graph.initializers.push(value);
  }
  const values = [...outside, ...graph.values()];
  for (const node of plan.nodes) {
    const inputs = node.reads.map((at) => (at % 5 === 0 ? undefined : values[at % values.length]));
    const attributes = new Map(node.attributes);
    if (node.branch) attributes.set('branch', { kind: 'graph', value: build(node.branch, values, counter) });
    const outputs = node.types.map((outputType) => new Value(name(), outputType));
    graph.nodes.push(
      new Node(node.opType, inputs, [...outputs, undefined], { ...node, name: name(), attributes }),
    );
    values.push(...outputs);
  }
  const last = graph.nodes.at(-1)?.outputs[0];
  if (last) graph.outputs.push(last);
  const constant = graph.initializers[0];
  if (last && constant && plan.annotated)
    graph.quantizationAnnotations.push({ value: last, parameters: new Map([['SCALE_TENSOR', constant]]) });
  return graph;
}

export const model: fc.Arbitrary<Model> = fc
  .record({
    main: graphPlan,
    fn: fc.option(graphPlan, { nil: undefined }),
    metadata: entries,
    modelVersion: int,
    attribute,
  })
  .map(({ main, fn, metadata, modelVersion, attribute: fallback }) => {
    const counter = { next: 0 };
    const result = createModel(build(main, [], counter), { metadata, modelVersion });
    if (!fn) return result;
    // The file format has fewer fields for the body of a function.
    const body = build({ ...fn, name: 'fn', initializers: [], sparse: [], annotated: false }, [], counter);
    result.functions.push({
      ...{ name: 'fn', domain: 'own', overload: 'v2', attributes: ['a'], body },
      attributeDefaults: new Map([['b', fallback]]),
      opsetImports: new Map([['', 18]]),
    });
    return result;
  });
