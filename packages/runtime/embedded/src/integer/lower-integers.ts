import { isOnnx } from '@trainyard/autograd/passes';
import { inferGraph } from '@trainyard/exporter';
import { type Model, Node, TensorData, toNumbers, Value } from '@trainyard/onnx-ir';
import { integerDomain } from '../kernels/definition-int8.ts';
import { dequantizeInt8, quantizeInt8, shiftOrigin } from '../kernels/quantize-int8.ts';
import { tableInt8 } from '../kernels/table-int8.ts';
import { sizeOf } from '../program/element-type.ts';
import { boundsOf, narrowed } from './clamps.ts';
import {
  GraphWriter,
  type IntegerContext,
  type IntegerNote,
  type IntegerOptions,
  int8Of,
  isConstantDequantize,
  isDequantize,
  isQuantize,
  quantizationOfNode,
} from './context.ts';
import { DynamicProducts } from './rules/dynamic.ts';
import { elementwiseTable, rescalingTable } from './rules/elementwise.ts';
import { integerRules } from './rules/index.ts';
import { pixelTable } from './rules/pixels.ts';
import { type IntegerRule, nameOf } from './rules/rule.ts';
import { type IntegerTensor, isSaturating, type Quantization, type Target } from './tensors.ts';

export interface IntegerLowering {
  /** A new model, where the quantized parts are operators of `integerDomain` on int8. */
  readonly model: Model;
  /** What stayed float between integers, and why. */
  readonly notes: readonly IntegerNote[];
}

const rules = new Map(integerRules.flatMap((rule) => rule.operators.map((operator) => [operator, rule])));

/** Whether a model computes on quantized numbers, in scales of its own or in those of each input. */
export const isQuantized = ({ graph }: Model): boolean =>
  graph.nodes.some((node) => isQuantize(node) || (isOnnx(node) && node.opType === 'DynamicQuantizeLinear'));

/**
 * Makes integer operators of a model in QDQ form: each group of DequantizeLinear, operator and QuantizeLinear becomes one
 * operator of `integerDomain`, uint8 activations become int8 (128 less, exactly), channels lie innermost, and what
 * prepares pixels becomes a table. What has no integer form stays as it is between Dequantize and Quantize.
 * @param model of known sizes, at a batch of 1; it is left as it is
 */
export function lowerIntegers(model: Model, options: IntegerOptions): IntegerLowering {
  const lowering = new Lowering(model, options);
  const graph = lowering.run();
  const opsetImports = new Map(model.opsetImports).set(integerDomain, 1);
  return { model: { ...model, opsetImports, graph }, notes: lowering.notes };
}

class Lowering implements IntegerContext {
  readonly options: IntegerOptions;
  readonly writer: GraphWriter;
  readonly notes: IntegerNote[] = [];
  readonly #model: Model;
  readonly #shapes: ReadonlyMap<Value, { readonly shape: readonly unknown[] }>;
  readonly #integers = new Map<Value, IntegerTensor | undefined>();
  readonly #plain = new Map<Value, Value>();
  readonly #dynamic = new DynamicProducts(this);

  constructor(model: Model, options: IntegerOptions) {
    this.#model = model;
    this.options = options;
    const { graph } = model;
    this.#shapes = inferGraph(graph).types;
    const kept = [...graph.inputs, ...graph.outputs, ...graph.initializers];
    this.writer = new GraphWriter(
      graph.name,
      kept.map(({ name }) => name),
    );
  }

  run() {
    const { graph } = this.writer;
    for (const input of this.#model.graph.inputs) {
      const same = new Value(input.name, input.type);
      this.#plain.set(input, same);
      graph.inputs.push(same);
    }
    for (const output of this.#model.graph.outputs)
      graph.outputs.push(this.#named(this.plain(output), output));
    const read = new Set(graph.nodes.flatMap((node) => node.inputs));
    const constants = graph.initializers.filter((value) => read.has(value) || graph.outputs.includes(value));
    graph.initializers.splice(0, graph.initializers.length, ...constants);
    return graph;
  }

  /** A result under the name that the model gives its output. */
  #named(result: Value, { name }: Value): Value {
    const { graph } = this.writer;
    const isFree = result.producer && !graph.outputs.includes(result);
    if (isFree || result.name === name) {
      result.name = name;
      return result;
    }
    const output = new Value(name, result.type);
    this.writer.node(new Node('Identity', [result], [output], { name }));
    return output;
  }

  shape(value: Value): readonly number[] {
    const shape = value.data?.dims ?? this.#shapes.get(value)?.shape;
    if (!shape?.every((size) => typeof size === 'number'))
      throw new RangeError(
        `lowerIntegers: expected a known size of "${value.name}", got none; give the model fixed shapes`,
      );
    return shape as readonly number[];
  }

  constant(value: Value | undefined): TensorData | undefined {
    if (!value) return undefined;
    if (value.data) return value.data;
    return isConstantDequantize(value.producer) ? this.plain(value).data : undefined;
  }

  isOutput(value: Value): boolean {
    return this.#model.graph.outputs.includes(value);
  }

  numbers(value: Value | undefined): IntegerTensor | undefined {
    const node = value?.producer;
    if (!isDequantize(node)) return undefined;
    const quantization = quantizationOfNode(node);
    if (typeof quantization === 'string') return undefined;
    const integers = this.#integersOf(node.inputs[0]!);
    return integers && { ...integers, quantization };
  }

  plain(value: Value): Value {
    const known = this.#plain.get(value);
    if (known) return known;
    const made = this.#makePlain(value);
    this.#plain.set(value, made);
    return made;
  }

  /** A constant, a weight as floats, floats of integers, integers themselves, or the node as it is. */
  #makePlain(value: Value): Value {
    if (value.data) return this.writer.graph.addInitializer(this.writer.fresh(value.name), value.data);
    const node = value.producer!;
    if (isConstantDequantize(node)) {
      const floats = dequantizedConstant(node);
      if (floats) return this.writer.graph.addInitializer(this.writer.fresh(value.name), floats);
    }
    const numbers = this.numbers(value);
    if (numbers) return this.#dequantize(numbers, value);
    if (isQuantize(node)) {
      const integers = this.#integersOf(value);
      if (integers) return this.#asStored(integers, value);
    }
    const rule = isOnnx(node) ? rules.get(node.opType) : undefined;
    const floats = rule?.toFloat?.(node, this);
    if (floats instanceof Value) return floats;
    const dynamic = this.#dynamic.lower(value);
    if (dynamic) return dynamic;
    return this.#copy(node, value);
  }

  #copy(node: Node, value: Value): Value {
    const inputs = node.inputs.map((input) => input && this.plain(input));
    const outputs = node.outputs.map((output) => {
      if (!output) return undefined;
      const copy = new Value(
        this.#model.graph.outputs.includes(output) ? output.name : this.writer.fresh(output.name),
        output.type,
      );
      copy.type ??= this.#typeOf(output);
      this.#plain.set(output, copy);
      return copy;
    });
    const { name, domain, attributes } = node;
    this.writer.node(new Node(node.opType, inputs, outputs, { name, domain, attributes }));
    return this.#plain.get(value)!;
  }

  #typeOf(value: Value) {
    const type = this.#shapes.get(value) as Value['type'];
    return type && { dtype: type.dtype, shape: type.shape! };
  }

  #dequantize({ value, quantization, shape, channels }: IntegerTensor, as: Value): Value {
    const { scale, zero } = quantization;
    return this.writer.emit(dequantizeInt8, { ...layoutOf(shape, channels), scale, zero }, [value], {
      name: as.name,
      dtype: 'float32',
      shape,
    });
  }

  /** Integers in the order and type that the model says. */
  #asStored(tensor: IntegerTensor, as: Value): Value {
    const plain = this.writer.plain(tensor);
    const { shape } = tensor;
    if (tensor.quantization.origin === 0) return this.writer.shaped(plain, shape);
    return this.writer.emit(shiftOrigin, { size: sizeOf(shape) }, [plain.value], {
      name: as.name,
      dtype: 'uint8',
      shape,
    });
  }

  #integersOf(value: Value): IntegerTensor | undefined {
    if (this.#integers.has(value)) return this.#integers.get(value);
    const made = this.#makeIntegers(value);
    this.#integers.set(value, made);
    return made;
  }

  #makeIntegers(value: Value): IntegerTensor | undefined {
    const node = value.producer;
    if (isQuantize(node)) return this.#quantize(node);
    const dtype = value.data?.dtype ?? this.#typeOf(value)?.dtype;
    if (dtype !== 'int8' && dtype !== 'uint8') return undefined;
    const shape = this.shape(value);
    const quantization: Quantization = { scale: 1, zero: 0, origin: dtype === 'uint8' ? 128 : 0 };
    if (value.data)
      return {
        value: this.writer.constant(value.name, shape, int8Of(value.data)),
        quantization,
        shape,
        channels: undefined,
      };
    const plain = this.plain(value);
    if (dtype === 'int8') return { value: plain, quantization, shape, channels: undefined };
    const moved = this.writer.emit(shiftOrigin, { size: sizeOf(shape) }, [plain], {
      name: `${value.name}_int8`,
      shape,
    });
    return { value: moved, quantization, shape, channels: undefined };
  }

  /** What a QuantizeLinear gives, computed from integers wherever that is possible. */
  #quantize(node: Node): IntegerTensor | undefined {
    const quantization = quantizationOfNode(node);
    if (typeof quantization === 'string') {
      this.#note(node, quantization);
      return undefined;
    }
    const given = node.inputs[0]!;
    const target: Target = { ...quantization, lowest: -128, highest: 127 };
    const name = node.outputs[0]!.name;
    const fromTable = elementwiseTable(given, target, this);
    if (fromTable) return this.#table(fromTable.source, fromTable.table, target, name, given);
    const fromPixels = pixelTable(given, target, this, name);
    if (fromPixels) return fromPixels;
    const { anchor, target: narrow } = this.#unclamped(given, target);
    const result = this.#lower(anchor, narrow);
    if (typeof result !== 'string') return this.rescaled(result, narrow, name);
    if (anchor.producer) this.#note(anchor.producer, result);
    return this.#quantizeFloats(given, target, name);
  }

  #lower(anchor: Value, target: Target): IntegerTensor | string {
    const node = anchor.producer;
    if (!node) return 'it is an input of the model';
    const rule: IntegerRule | undefined = isOnnx(node) ? rules.get(node.opType) : undefined;
    if (!rule) return 'no integer kernel for this operator';
    const others = [...anchor.uses].some((use) => !isQuantize(use.node) && !boundsOf(use.node));
    if (others || this.isOutput(anchor)) return 'its floats are read too';
    return rule.lower(node, target, this);
  }

  /** What is before the Relu and Clip nodes in front of a QuantizeLinear, which become bounds of its integers. */
  #unclamped(value: Value, target: Target): { readonly anchor: Value; readonly target: Target } {
    const bounds = value.producer && boundsOf(value.producer);
    const before = value.producer?.inputs[0];
    if (!bounds || !before || value.uses.size !== 1 || this.isOutput(value)) return { anchor: value, target };
    return this.#unclamped(before, narrowed(target, bounds));
  }

  /** The integers that a rule gave in its input's quantization, in the one that is asked for. */
  rescaled(tensor: IntegerTensor, target: Target, name: string): IntegerTensor {
    if (tensor.quantization === target) return tensor;
    const same = tensor.quantization.scale === target.scale && tensor.quantization.zero === target.zero;
    const table = same && !isSaturating(target) ? undefined : rescalingTable(tensor.quantization, target);
    if (!table) return { ...tensor, quantization: target };
    return this.#table(tensor, table, target, name);
  }

  #table(
    source: IntegerTensor,
    table: Int8Array,
    target: Target,
    name: string,
    origin?: Value,
  ): IntegerTensor {
    const shape = origin ? this.shape(origin) : source.shape;
    if (table.every((x, i) => x === i - 128)) return { ...source, quantization: target };
    const value = this.writer.emit(
      tableInt8,
      { size: sizeOf(source.shape) },
      [source.value, this.writer.constant(`${name}_table`, [256], table)],
      {
        name,
        shape: source.value.type!.shape as readonly number[],
        origin: origin?.producer && nameOf(origin.producer),
      },
    );
    return {
      ...source,
      value,
      quantization: target,
      shape: source.channels === undefined ? shape : source.shape,
    };
  }

  #quantizeFloats(given: Value, target: Target, name: string): IntegerTensor {
    const shape = this.shape(given);
    const channels = shape.length === 4 ? shape[1] : undefined;
    const { scale, zero, lowest, highest } = target;
    const value = this.writer.emit(
      quantizeInt8,
      { ...layoutOf(shape, channels), scale, zero, lowest, highest },
      [this.plain(given)],
      { name, shape: channels === undefined ? shape : [shape[0]!, shape[2]!, shape[3]!, channels] },
    );
    return { value, quantization: target, shape, channels };
  }

  #note(node: Node, why: string): void {
    this.notes.push({ node: `${nameOf(node)} (${node.opType})`, why });
  }
}

const layoutOf = (shape: readonly number[], channels: number | undefined) => {
  const size = sizeOf(shape);
  if (channels === undefined) return { outer: 1, channels: 1, inner: size };
  return { outer: shape[0]!, channels, inner: size / (shape[0]! * channels) };
};

/** Weights as floats, for operators that stay float. */
function dequantizedConstant(node: Node): TensorData | undefined {
  const [x, scale, zeroPoint] = node.inputs;
  const { data } = x!;
  if (scale?.data?.dtype !== 'float32' || (zeroPoint && !zeroPoint.data)) return undefined;
  const integers = toNumbers(data!);
  const scales = scale.data.view('float32');
  const zeros = zeroPoint?.data ? toNumbers(zeroPoint.data) : [0];
  const attribute = node.attributes.get('axis');
  const axis = attribute?.kind === 'int' ? Number(attribute.value) : 1;
  const { dims } = data!;
  const inner = sizeOf(dims.slice((axis < 0 ? axis + dims.length : axis) + 1));
  const at = (list: ArrayLike<number>, i: number) =>
    list[list.length === 1 ? 0 : Math.floor(i / inner) % list.length]!;
  const floats = Float32Array.from(integers, (q, i) => (q - at(zeros, i)) * at(scales, i));
  return TensorData.from('float32', dims, floats);
}
