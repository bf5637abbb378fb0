import { memorySource } from '@trainyard/runtime-common';
import { pixelsOf, tinyBundle } from '@trainyard/testing/runtime-cases';
import { environment, loadBundle, type NodeOptions } from './index.ts';

// For a test: loads a bundle with the options of the command line, and prints what came of it as JSON.
const options = JSON.parse(process.argv[2] ?? '{}') as NodeOptions & { picture?: boolean };
const bundle = tinyBundle();
const warnings: string[] = [];
const logger = { info() {}, warn: (message: string) => warnings.push(message) };

async function outcome(): Promise<unknown> {
  const { onnxRuntime, providers } = environment();
  const classifier = await loadBundle(memorySource(bundle.files), { ...options, logger });
  const { provider } = classifier;
  const pixels = pixelsOf(3 * 60);
  const right = `${await classifier.predict(pixels)}` === `${bundle.expected(pixels)}`;
  const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0]);
  const picture = options.picture ? await classifier.classify(png).catch(String) : undefined;
  const profile = await classifier.profile(1, 1).then(() => 'a profile', String);
  await classifier.dispose();
  return { onnxRuntime, providers: providers.map(({ name }) => name), provider, right, picture, profile };
}

const result = await outcome().catch((error: Error) => ({ error: `${error.name}: ${error.message}` }));
console.log(JSON.stringify({ ...(result as object), warnings }));
