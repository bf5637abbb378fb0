import type { InferenceSession, Tensor } from 'onnxruntime-common';

/** What is needed of the namespace of `onnxruntime-react-native`. */
export interface ReactNativeOrt {
  readonly Tensor: typeof Tensor;
  readonly InferenceSession: {
    create(model: Uint8Array, options?: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
  /** The execution providers that this build has on this device. */
  listSupportedBackends?(): readonly { readonly name: string }[];
  readonly env?: { readonly versions?: Readonly<Record<string, string | undefined>> };
}
