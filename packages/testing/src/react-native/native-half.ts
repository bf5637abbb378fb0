import { types } from 'node:util';
import { exactIntegers } from '@trainyard/runtime-common';
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-common';
import * as node from 'onnxruntime-node';
import { type NativeHalf, type NativeMetadata, nativeTypes } from './native-types.ts';

export interface NativeHalfOptions {
  /** Execution providers that the build has; by default those of Android. All are the CPU here. */
  readonly backends?: readonly string[];
  /** Providers that refuse models, with what they say. */
  readonly refusing?: Readonly<Record<string, string>>;
  /** Whose typed arrays results are in; by default those of the caller. */
  readonly realm?: Pick<typeof globalThis, 'Float32Array'>;
  /** Told of each session: the options that reached the native half. */
  readonly onLoad?: (options: InferenceSession.SessionOptions | undefined) => void;
}

/**
 * `globalThis.OrtApi` of onnxruntime-react-native 1.24.3 over onnxruntime-node, with the ways of its C++: a model is a
 * whole ArrayBuffer, options are the second argument, a tensor begins where its buffer begins, and what fails rejects
 * with a text.
 */
export function nativeHalf(options: NativeHalfOptions = {}): NativeHalf {
  const { backends = ['cpu', 'xnnpack', 'nnapi'], refusing = {}, realm = globalThis, onLoad } = options;
  let Tensor: typeof OrtTensor | undefined;
  return {
    version: node.env.versions.common,
    listSupportedBackends: () => backends.map((name) => ({ name })),
    initOrtOnce(_, given) {
      Tensor = given;
    },
    createInferenceSession() {
      let session: node.InferenceSession | undefined;
      const loaded = (): node.InferenceSession => {
        if (!session) throw new Error('Session is released');
        return session;
      };
      return {
        async loadModel(model, second) {
          if (!types.isArrayBuffer(model)) throw new Error('Model path or buffer is required');
          const given = typeof second === 'object' && second !== null ? second : undefined;
          onLoad?.(given);
          checkProviders(given, backends, refusing);
          session = await asText(createSession(new Uint8Array(model)));
        },
        get inputMetadata() {
          return loaded().inputMetadata.map(nativeMetadata);
        },
        get outputMetadata() {
          return loaded().outputMetadata.map(nativeMetadata);
        },
        async run(feeds, fetches) {
          const inputs = Object.entries(feeds as Record<string, OrtTensor>).map(([name, tensor]) => [
            name,
            fromStart(tensor),
          ]);
          const results = await asText(
            loaded().run(Object.fromEntries(inputs), Object.keys(fetches as object)),
          );
          return Object.fromEntries(
            Object.entries(results).map(([name, { type, data, dims }]) => [
              name,
              new Tensor!(type as 'float32', new realm.Float32Array(data as Float32Array), dims),
            ]),
          );
        },
        dispose() {
          void session?.release();
          session = undefined;
        },
      };
    },
  };
}

/**
 * Phones compute integers exactly; some of the machines that this runs on would not. ONNX Runtime does not take every
 * model so, as runtime-node has found: the others are loaded in the usual way.
 */
async function createSession(model: Uint8Array): Promise<node.InferenceSession> {
  const options = { logSeverityLevel: 4 } as const;
  try {
    return await node.InferenceSession.create(model, { ...options, extra: exactIntegers });
  } catch {
    return node.InferenceSession.create(model, options);
  }
}

function checkProviders(
  options: InferenceSession.SessionOptions | undefined,
  backends: readonly string[],
  refusing: Readonly<Record<string, string>>,
): void {
  for (const provider of options?.executionProviders ?? []) {
    const name = typeof provider === 'string' ? provider : provider.name;
    if (!backends.includes(name)) throw new Error(`Unsupported execution provider: ${name}`);
    if (refusing[name] !== undefined) throw refusing[name];
  }
}

/** What the native half sees of a tensor. */
function fromStart({ type, dims, data }: OrtTensor): node.Tensor {
  const { buffer } = data as Uint8Array;
  const elements = dims.reduce((a, b) => a * b, 1);
  const seen = type === 'uint8' ? new Uint8Array(buffer, 0, elements) : new Float32Array(buffer, 0, elements);
  return new node.Tensor(type as 'uint8', seen as Uint8Array, dims);
}

function nativeMetadata(metadata: InferenceSession.ValueMetadata): NativeMetadata {
  if (!metadata.isTensor)
    return { name: metadata.name, isTensor: false, type: 0, shape: [], symbolicDimensions: [] };
  const { name, type, shape } = metadata;
  return {
    name,
    isTensor: true,
    type: nativeTypes.indexOf(type),
    shape: shape.map((dim) => (typeof dim === 'number' ? dim : -1)),
    symbolicDimensions: shape.map((dim) => (typeof dim === 'number' ? '' : dim)),
  };
}

/** The native half rejects with texts, not with errors. */
const asText = <T>(work: Promise<T>): Promise<T> =>
  work.catch((error: unknown) => {
    throw error instanceof Error ? error.message : String(error);
  });
