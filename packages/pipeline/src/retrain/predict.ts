import { loadBundle } from '@trainyard/runtime-node';
import { topClasses } from '@trainyard/trainer';

/** What a variant of a bundle says of every picture: the number of its class, counted in the bundle's labels. */
export async function predict(
  bundle: string,
  variant: string,
  images: Uint8Array,
  signal?: AbortSignal,
): Promise<Int32Array> {
  const classifier = await loadBundle(bundle, { variant, signal });
  try {
    return topClasses(await classifier.predict(images, { signal }), classifier.manifest.labels.length);
  } finally {
    await classifier.dispose();
  }
}
