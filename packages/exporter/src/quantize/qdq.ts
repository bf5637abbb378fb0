import { type Attribute, type Graph, Node, TensorData, Value } from '@trainyard/onnx-ir';
import { freshNames, int } from './constants.ts';
import { Insertions } from './insertions.ts';
import { type QuantParameters, quantize } from './parameters.ts';

/** Integers with the scales that make them numbers again. */
export interface IntegerTensor {
  readonly values: Int8Array | Uint8Array | Int32Array;
  readonly dims: readonly number[];
  /** One, or one for each index along `axis`. */
  readonly scales: Float32Array;
  readonly axis?: number | undefined;
  /** Left out: no zero point input at all. A bias must not have one; ONNX Runtime's QGemm needs one on the weights. */
  readonly zeroPoint?: number;
}

const dtypeOf = (values: IntegerTensor['values']) =>
  values instanceof Int8Array ? 'int8' : values instanceof Uint8Array ? 'uint8' : 'int32';

export const scalar = (x: number): TensorData => TensorData.from('float32', [], Float32Array.of(x));

/** Puts QuantizeLinear and DequantizeLinear nodes around the values of a graph. */
export class QdqWriter {
  readonly fresh: (wish: string) => string;
  readonly #graph: Graph;
  readonly #insertions = new Insertions();
  readonly #zeroPoints = new Map<string, Value>();

  constructor(graph: Graph) {
    this.#graph = graph;
    this.fresh = freshNames(graph);
  }

  /** A value that holds the numbers of `tensor`, stored as integers. */
  constant(name: string, tensor: IntegerTensor): Value {
    const { values, dims, scales, axis, zeroPoint } = tensor;
    const dtype = dtypeOf(values);
    const perAxis = axis === undefined ? [] : [scales.length];
    const inputs = [
      this.#graph.addInitializer(this.fresh(`${name}_quantized`), TensorData.from(dtype, dims, values)),
      this.#graph.addInitializer(this.fresh(`${name}_scale`), TensorData.from('float32', perAxis, scales)),
    ];
    // One of its own: ONNX Runtime converts weights with their zero point (session.x64quantprecision), and fails where
    // it has converted it already.
    if (zeroPoint !== undefined && dtype !== 'int32')
      inputs.push(this.#addZeroPoint(`${name}_zero_point`, zeroPoint, dtype, perAxis));
    const output = new Value(this.fresh(`${name}_dequantized`));
    const attributes = new Map<string, Attribute>(axis === undefined ? [] : [['axis', int(axis)]]);
    this.#insertions.behind(undefined, new Node('DequantizeLinear', inputs, [output], { attributes }));
    return output;
  }

  /** The elements of a float32 constant as integers, in one scale. */
  quantizedConstant(name: string, data: TensorData, parameters: QuantParameters): Value {
    const integers = Array.from(data.view('float32'), (x) => quantize(x, parameters));
    const values = parameters.dtype === 'int8' ? Int8Array.from(integers) : Uint8Array.from(integers);
    const { scale, zeroPoint } = parameters;
    return this.constant(name, { values, dims: data.dims, scales: Float32Array.of(scale), zeroPoint });
  }

  /** Everybody who reads `value`, graph outputs included, reads it rounded to integers of `parameters`. */
  activation(value: Value, { dtype, scale, zeroPoint }: QuantParameters): void {
    const { name, producer } = value;
    const shape = value.type?.shape ? { shape: value.type.shape } : {};
    const integers = new Value(this.fresh(`${name}_quantized`), { dtype, ...shape });
    const numbers = new Value(this.fresh(`${name}_dequantized`), { dtype: 'float32', ...shape });
    const step = [
      this.#graph.addInitializer(this.fresh(`${name}_scale`), scalar(scale)),
      this.#zeroPoint(zeroPoint, dtype),
    ];
    const back = new Node('DequantizeLinear', [integers, ...step], [numbers]);
    // An input keeps its name, so a graph that hands its input out goes on handing out the input itself.
    if (producer) this.#graph.replaceValue(value, numbers);
    else value.replaceUses(numbers);
    const there = new Node('QuantizeLinear', [value, ...step], [integers]);
    this.#insertions.behind(value, there, back);
  }

  /** Zero points of activations are few, so they share them. */
  #zeroPoint(x: number, dtype: 'uint8' | 'int8'): Value {
    const key = ['zero_point', dtype, x].join('_');
    const known = this.#zeroPoints.get(key);
    if (known) return known;
    const made = this.#addZeroPoint(key, x, dtype, []);
    this.#zeroPoints.set(key, made);
    return made;
  }

  #addZeroPoint(name: string, x: number, dtype: 'uint8' | 'int8', dims: readonly number[]): Value {
    const Integers = dtype === 'int8' ? Int8Array : Uint8Array;
    const data = TensorData.from(dtype, dims, new Integers(dims[0] ?? 1).fill(x));
    return this.#graph.addInitializer(this.fresh(name), data);
  }

  /** Puts all the new nodes where they belong. */
  finish(): void {
    this.#insertions.apply(this.#graph);
  }
}
