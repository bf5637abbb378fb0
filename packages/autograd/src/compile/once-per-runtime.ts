import type { OrtNamespace } from './ort.ts';

/**
 * What a build of ONNX Runtime can do, found out by trying, once for each build.
 * @param otherwise where the try fails
 */
export function oncePerRuntime<T>(
  probe: (ort: OrtNamespace) => Promise<T>,
  otherwise: T,
): (ort: OrtNamespace) => Promise<T> {
  const known = new WeakMap<OrtNamespace['InferenceSession'], Promise<T>>();
  return (ort) => {
    const found = known.get(ort.InferenceSession) ?? probe(ort).catch(() => otherwise);
    known.set(ort.InferenceSession, found);
    return found;
  };
}
