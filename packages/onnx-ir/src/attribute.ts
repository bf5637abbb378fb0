import type { Graph, OpaqueType, ValueType } from './graph.ts';
import type { TensorData } from './tensor-data.ts';

/** An integer attribute is a number where it is exact as one, else a bigint. */
export type Int = number | bigint;

export interface SparseTensorData {
  readonly dims: readonly number[];
  readonly values: TensorData;
  readonly indices: TensorData;
}

/**
 * The value of a node's attribute, by ONNX's kinds; `ref` names a parameter of the enclosing function.
 * ONNX's strings are bytes: those that are no UTF-8 have the kinds `bytes` and `byteStrings`.
 */
export type Attribute =
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'int'; readonly value: Int }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'bytes'; readonly value: Uint8Array }
  | { readonly kind: 'tensor'; readonly value: TensorData }
  | { readonly kind: 'graph'; readonly value: Graph }
  | { readonly kind: 'sparseTensor'; readonly value: SparseTensorData }
  | { readonly kind: 'type'; readonly value: ValueType | OpaqueType }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'ints'; readonly value: readonly Int[] }
  | { readonly kind: 'strings'; readonly value: readonly string[] }
  | { readonly kind: 'byteStrings'; readonly value: readonly Uint8Array[] }
  | { readonly kind: 'tensors'; readonly value: readonly TensorData[] }
  | { readonly kind: 'graphs'; readonly value: readonly Graph[] }
  | { readonly kind: 'sparseTensors'; readonly value: readonly SparseTensorData[] }
  | { readonly kind: 'types'; readonly value: readonly (ValueType | OpaqueType)[] }
  | { readonly kind: 'ref'; readonly name: string; readonly of: Exclude<Attribute['kind'], 'ref'> };

export type AttributeKind = Attribute['kind'];
