import type { Tensor as OrtTensor } from 'onnxruntime-common';

/** What the native half tells of an end of a model. */
export interface NativeMetadata {
  readonly name: string;
  readonly isTensor: boolean;
  /** ONNX's number of the type. */
  readonly type: number;
  /** -1 where a dimension has a name. */
  readonly shape: readonly number[];
  readonly symbolicDimensions: readonly string[];
}

/** A session as the native half makes it: its functions look at their arguments by place. */
export interface NativeSession {
  loadModel(...given: unknown[]): Promise<void>;
  readonly inputMetadata: readonly NativeMetadata[];
  readonly outputMetadata: readonly NativeMetadata[];
  run(...given: unknown[]): Promise<Record<string, OrtTensor>>;
  dispose(): void;
}

export interface NativeHalf {
  createInferenceSession(): NativeSession;
  listSupportedBackends(): { name: string }[];
  initOrtOnce(logLevel: number, Tensor: typeof OrtTensor): void;
  readonly version: string;
}

/** By ONNX's numbers of types. */
export const nativeTypes: readonly string[] = [
  '',
  'float32',
  'uint8',
  'int8',
  'uint16',
  'int16',
  'int32',
  'int64',
  'string',
  'bool',
];
