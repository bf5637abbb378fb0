import type { Graph, ValueType } from './graph.ts';
import type { TensorData } from './tensor-data.ts';

/** An integer attribute is a number where it is exact as one, else a bigint. */
export type Int = number | bigint;

export interface SparseTensorData {
  readonly dims: readonly number[];
  readonly values: TensorData;
  readonly indices: TensorData;
}

/** The value of a node's attribute, by ONNX's kinds; `ref` names a parameter of the enclosing function. */
export type Attribute =
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'int'; readonly value: Int }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'tensor'; readonly value: TensorData }
  | { readonly kind: 'graph'; readonly value: Graph }
  | { readonly kind: 'sparseTensor'; readonly value: SparseTensorData }
  | { readonly kind: 'type'; readonly value: ValueType }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'ints'; readonly value: readonly Int[] }
  | { readonly kind: 'strings'; readonly value: readonly string[] }
  | { readonly kind: 'tensors'; readonly value: readonly TensorData[] }
  | { readonly kind: 'graphs'; readonly value: readonly Graph[] }
  | { readonly kind: 'ref'; readonly name: string; readonly of: Exclude<Attribute['kind'], 'ref'> };

export type AttributeKind = Attribute['kind'];
