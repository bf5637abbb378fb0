import { memorySource, packBundle } from '@trainyard/runtime-common';
import { javaScriptHalf, type NativeHalf } from '@trainyard/testing/react-native/javascript-half';
import { decodePicture, loadBundle } from '../index.ts';

/** What the test calls inside of the phone; in and out go texts and numbers, which have no realm. */
export interface Subject {
  load(dataUri: string, native: NativeHalf): Promise<string>;
  predict(pixels: readonly number[]): Promise<readonly number[]>;
  classify(base64: string): Promise<string>;
  decode(base64: string): Promise<string>;
  abortName(pixels: readonly number[]): Promise<string>;
  failure(dataUri: string): Promise<string>;
  packedAgain(): number;
}

type Loaded = Awaited<ReturnType<typeof loadBundle>>;
let classifier: Loaded | undefined;
const loaded = (): Loaded => {
  if (!classifier) throw new Error('load first');
  return classifier;
};

const subject: Subject = {
  async load(dataUri, native) {
    classifier = await loadBundle(dataUri, {
      ort: javaScriptHalf(native),
      executionProviders: ['coreml', 'xnnpack', 'cpu'],
    });
    await classifier.warmup();
    return JSON.stringify([classifier.digest, classifier.variant.name, classifier.provider]);
  },
  predict: async (pixels) => Array.from(await loaded().predict(Uint8Array.from(pixels))),
  classify: async (base64) => JSON.stringify(await loaded().classify([base64, base64], { top: 2 })),
  async decode(base64) {
    const { data, width, height, channels } = await decodePicture(base64);
    return JSON.stringify({ data: Array.from(data), width, height, channels });
  },
  async abortName(pixels) {
    const controller = new AbortController();
    const running = loaded().predict(Uint8Array.from(pixels), { signal: controller.signal });
    controller.abort();
    return running.then(
      () => 'it ran',
      (error: unknown) => (error as Error).name,
    );
  },
  failure: (dataUri) =>
    loadBundle(dataUri, { ort: javaScriptHalf({} as NativeHalf) }).then(
      () => 'it loaded',
      (error: unknown) => String(error),
    ),
  packedAgain: () => packBundle({ 'a.txt': Uint8Array.of(1, 2, 3) }).length + memorySource({}).name.length,
};

(globalThis as unknown as { subject: Subject }).subject = subject;
