// What `check/smoke.mjs` bundles with Metro: our package over the app's own onnxruntime-react-native.
import { loadBundle } from '@trainyard/runtime-react-native';

/** In and out go texts, which have no realm. */
async function smoke(dataUri: string, base64: string): Promise<string> {
  const classifier = await loadBundle(dataUri, {
    prefer: 'size',
    executionProviders: ['coreml', 'nnapi', 'cpu'],
  });
  const [best] = await classifier.classify(base64, { top: 1 });
  const batch = new Uint8Array(100 * 64).map((_, i) => (i * 7) % 256);
  const logits = Array.from(await classifier.predict(batch));
  const { manifest, variant, provider, passedOver } = classifier;
  await classifier.dispose();
  return JSON.stringify({ name: manifest.name, variant: variant.name, provider, passedOver, best, logits });
}

Object.assign(globalThis, { smoke });
