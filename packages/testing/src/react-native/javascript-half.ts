import { type InferenceSession as CommonSession, Tensor } from 'onnxruntime-common';
import { type NativeHalf, type NativeMetadata, nativeTypes } from './native-types.ts';

export type { NativeHalf } from './native-types.ts';

/** What `onnxruntime-react-native` exports, as far as a runtime uses it. */
export interface ReactNativeOrtStub {
  readonly Tensor: typeof Tensor;
  readonly InferenceSession: {
    create(model: Uint8Array, options?: CommonSession.SessionOptions): Promise<CommonSession>;
  };
  listSupportedBackends(): { name: string }[];
  readonly env: { readonly versions: Readonly<Record<string, string>> };
}

/** The JavaScript half of onnxruntime-react-native 1.24.3 over a native half. */
export function javaScriptHalf(native: NativeHalf): ReactNativeOrtStub {
  return {
    Tensor,
    listSupportedBackends: () => native.listSupportedBackends(),
    env: { versions: { common: '1.24.3', 'react-native': '1.24.3' } },
    InferenceSession: {
      async create(model, sessionOptions = {}) {
        native.initOrtOnce(2, Tensor);
        const session = native.createInferenceSession();
        await session.loadModel(model.buffer, model.byteOffset, model.byteLength, sessionOptions);
        const inputMetadata = session.inputMetadata.map(metadataOf);
        const outputMetadata = session.outputMetadata.map(metadataOf);
        const outputNames = outputMetadata.map(({ name }) => name);
        return {
          inputMetadata,
          outputMetadata,
          inputNames: inputMetadata.map(({ name }) => name),
          outputNames,
          run: (feeds: CommonSession.OnnxValueMapType, fetches: readonly string[] = outputNames) =>
            session.run(feeds, Object.fromEntries(fetches.map((name) => [name, null]))),
          startProfiling() {},
          endProfiling() {},
          release: async () => session.dispose(),
        } as CommonSession;
      },
    },
  };
}

function metadataOf(metadata: NativeMetadata): CommonSession.ValueMetadata {
  const { name, isTensor, type, shape, symbolicDimensions } = metadata;
  if (!isTensor) return { name, isTensor: false };
  return {
    name,
    isTensor: true,
    type: nativeTypes[type] as Tensor.Type,
    shape: shape.map((dim, i) => (dim === -1 ? symbolicDimensions[i] : dim)),
  };
}
