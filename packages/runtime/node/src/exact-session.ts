import { exactIntegers } from '@trainyard/runtime-common';
import type { InferenceSession } from 'onnxruntime-node';
import type { NativeOrt } from './ort.ts';

/**
 * A session that computes int8 models as every other platform does, unless the options have a precision of their own.
 * ONNX Runtime 1.30 does not take every model so: it fails where weights share a zero point. Such a model is loaded in
 * the usual way, and its sums may saturate on x86 without VNNI.
 */
export async function createExactSession(
  ort: NativeOrt,
  model: Uint8Array,
  options: InferenceSession.SessionOptions,
): Promise<{ readonly session: InferenceSession; readonly isExact: boolean }> {
  const { session: given = {}, ...rest } = (options.extra ?? {}) as Record<string, object>;
  const extra = { ...rest, session: { ...exactIntegers.session, ...given } };
  try {
    return { session: await ort.InferenceSession.create(model, { ...options, extra }), isExact: true };
  } catch {
    // What is wrong with the model itself, this says as well.
    return { session: await ort.InferenceSession.create(model, options), isExact: false };
  }
}
