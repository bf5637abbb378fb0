import { isOnnx } from '@trainyard/autograd/passes';
import {
  cloneModel,
  type DataType,
  dataTypeCode,
  type Graph,
  type Model,
  Node,
  type Use,
  Value,
} from '@trainyard/onnx-ir';
import { dropUnusedConstants, fixedDataOf, freshNames, int } from './constants.ts';
import { inferElementTypes } from './element-types.ts';
import { toHalf } from './half.ts';
import { Insertions } from './insertions.ts';
import { type Conversion, isListed, type NodeReport, nameOf } from './report.ts';

export interface Float16Options {
  /** Inputs and outputs stay float32, with casts at the edges. Default: true. */
  readonly keepIo?: boolean;
  /** Names of nodes (or of their first outputs) and operator types that stay float32. */
  readonly exclude?: readonly string[];
}

/** Operators that have no float16 form in every opset we read, or inputs that must be float32 beside others. */
const float32Only = new Set([
  'Bernoulli',
  'ConstantOfShape',
  'DequantizeLinear',
  'DynamicQuantizeLinear',
  'EyeLike',
  'Multinomial',
  'NonMaxSuppression',
  'QuantizeLinear',
  'RandomNormal',
  'RandomUniform',
  'Range',
  'Resize',
  'RoiAlign',
  'Upsample',
]);

/** Why a node stays float32; undefined where it can be converted. */
function refusal(node: Node, graph: Graph, types: ReadonlyMap<Value, DataType>, exclude: readonly string[]) {
  const isFloat = (value: Value | undefined) => value !== undefined && types.get(value) === 'float32';
  if (![...node.inputs, ...node.outputs].some(isFloat)) return 'it has no float32';
  if (!isOnnx(node)) return 'an operator outside of ONNX';
  if (node.opType === 'Constant') return 'stored in the types that its readers need';
  if (isListed(node, exclude)) return 'excluded';
  if (float32Only.has(node.opType)) return 'an operator for float32';
  if ([...node.attributes.values()].some(({ kind }) => kind === 'graph' || kind === 'graphs'))
    return 'it has a sub-graph';
  for (const value of node.inputs.filter(isFloat)) {
    const data = fixedDataOf(value, graph);
    if (!data) continue;
    const { overflowed, vanished, nonzero } = toHalf(data);
    if (overflowed > 0) return `${overflowed} numbers of "${value!.name}" are beyond 65504`;
    if (nonzero > 0 && vanished === nonzero) return `all of "${value!.name}" would become 0`;
  }
  return undefined;
}

/** What the rounding of a node's constants loses, in words; empty where nothing worth a word. */
function losses(node: Node, graph: Graph): string {
  let vanished = 0;
  let subnormal = 0;
  for (const value of node.inputs) {
    const data = fixedDataOf(value, graph);
    if (data?.dtype !== 'float32') continue;
    const half = toHalf(data);
    vanished += half.vanished;
    subnormal += half.subnormal;
  }
  return vanished + subnormal === 0 ? '' : `; ${vanished} numbers became 0, ${subnormal} subnormal`;
}

/** Moves values of a graph between float32 and float16. */
class HalfWriter {
  readonly #graph: Graph;
  readonly #fresh: (wish: string) => string;
  readonly #insertions = new Insertions();
  readonly #twins = new Map<Value, Value>();
  /** The Cast nodes of this writer. */
  readonly casts = new Set<Node>();
  /** Values that were float32 and are float16 now. */
  readonly halves = new Set<Value>();

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#fresh = freshNames(graph);
  }

  become(value: Value): void {
    this.halves.add(value);
    if (value.type) value.type = { ...value.type, dtype: 'float16' };
  }

  /** The same numbers as `value` in float16. */
  half(value: Value): Value {
    if (this.halves.has(value)) return value;
    const data = fixedDataOf(value, this.#graph);
    if (!data) return this.#cast(value, 'float16');
    const known = this.#twins.get(value);
    if (known) return known;
    const made = this.#graph.addInitializer(this.#fresh(`${value.name}_float16`), toHalf(data).data);
    this.#twins.set(value, made);
    return made;
  }

  /** The same numbers as `value` in float32. */
  float(value: Value): Value {
    return this.halves.has(value) ? this.#cast(value, 'float32') : value;
  }

  /** The output `index` in float32 under the name it had. */
  floatOutput(index: number): void {
    const value = this.#graph.outputs[index]!;
    const float = this.float(value);
    if (float === value) return;
    const { name } = value;
    value.name = this.#fresh(`${name}_float16`);
    float.name = name;
    this.#graph.outputs[index] = float;
  }

  finish(): void {
    this.#insertions.apply(this.#graph);
  }

  #cast(value: Value, dtype: 'float16' | 'float32'): Value {
    const known = this.#twins.get(value);
    if (known) return known;
    const shape = value.type?.shape ? { shape: value.type.shape } : {};
    const made = new Value(this.#fresh(`${value.name}_${dtype}`), { dtype, ...shape });
    const attributes = new Map([['to', int(dataTypeCode(dtype))]]);
    const node = new Node('Cast', [value], [made], { attributes });
    this.casts.add(node);
    this.#insertions.behind(value, node);
    this.#twins.set(value, made);
    return made;
  }
}

/**
 * Weights and computations in float16: half the size, and faster where the processor has it. A node whose constants do
 * not fit float16 (beyond 65504, or all of them below 2^-25), and an operator that has no float16 form, stay float32
 * between casts; the report says which. Activations beyond 65504 become infinite at run time: exclude such nodes.
 * `model` is left as it is.
 */
export function toFloat16(model: Model, options: Float16Options = {}): Conversion {
  const { keepIo = true, exclude = [] } = options;
  const copy = cloneModel(model);
  const { graph } = copy;
  const types = inferElementTypes(graph);
  const isFloat = (value: Value | undefined): value is Value =>
    value !== undefined && types.get(value) === 'float32';
  const writer = new HalfWriter(graph);
  if (!keepIo) for (const value of graph.inputs) if (isFloat(value) && !value.data) writer.become(value);
  const own = new Set(graph.nodes);
  const report = graph.nodes.map((node): NodeReport => {
    const reason = refusal(node, graph, types, exclude);
    const entry = { node: nameOf(node), opType: node.opType, converted: !reason };
    const note = reason ?? `float16${losses(node, graph)}`;
    node.inputs.forEach((value, i) => {
      if (isFloat(value)) node.setInput(i, reason ? writer.float(value) : writer.half(value));
    });
    if (reason) return { ...entry, note };
    if (node.opType === 'Cast') node.attributes.set('to', int(dataTypeCode('float16')));
    for (const value of node.outputs) if (isFloat(value)) writer.become(value);
    return { ...entry, note };
  });
  for (const value of writer.halves)
    for (const { node, index } of [...value.uses] as Use[])
      if (!own.has(node) && !writer.casts.has(node)) node.setInput(index, writer.float(value));
  if (keepIo) for (let i = 0; i < graph.outputs.length; i++) writer.floatOutput(i);
  writer.finish();
  dropUnusedConstants(graph);
  return { model: copy, report };
}
