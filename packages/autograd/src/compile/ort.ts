import { InputError } from '../errors.ts';
import { Tensor } from '../tensor.ts';
import { isDType, type TypedArray } from '../types.ts';

/** The parts of onnxruntime-common that running a graph takes, whichever build of ONNX Runtime brings them. */
export interface OrtTensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: unknown;
}

export type OrtTensors = Readonly<Record<string, OrtTensor>>;

export interface OrtSession {
  /** @param fetches where results are written; null for one that the runtime makes a tensor of */
  run(feeds: OrtTensors, fetches: Readonly<Record<string, OrtTensor | null>>): Promise<OrtTensors>;
  run(feeds: OrtTensors): Promise<OrtTensors>;
  release(): Promise<void>;
}

/** ONNX Runtime as it is handed in: the namespace of onnxruntime-node, onnxruntime-web or onnxruntime-react-native. */
export interface OrtNamespace {
  readonly InferenceSession: { create(model: Uint8Array, options?: object): Promise<OrtSession> };
  readonly Tensor: new (type: 'float32', data: Float32Array, dims?: readonly number[]) => OrtTensor;
}

/** The same elements for ONNX Runtime, without a copy. */
export const toOrt = ({ Tensor: OrtTensor }: OrtNamespace, { dtype, data, sizes }: Tensor): OrtTensor =>
  new OrtTensor(dtype as 'float32', data as Float32Array, sizes);

/** @throws InputError when the element type is none that tensors have */
export function fromOrt({ type, dims, data }: OrtTensor): Tensor {
  if (!isDType(type)) throw new InputError('compile', 'an element type that tensors have', type);
  return new Tensor({ dtype: type, shape: dims }, data as TypedArray);
}
