import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { loadBundle } from '@trainyard/runtime-node';
import { runCommand } from '../run-command.ts';
import { pictureBytesOf, type Subject } from '../subject.ts';
import { subjectsOf } from './bundle.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const pipeline = `${root}pipelines/digits/`;
const bundle = `${pipeline}dist/bundle`;
const stages = `${pipeline}.trainyard/`;

/**
 * The variants of the digits' release and the pictures it was tested with. It is released first where it is not there.
 * @param limit at most so many pictures, from the first
 */
export async function digitsSubjects(
  limit: number,
  { signal, log }: { readonly signal: AbortSignal; readonly log: (line: string) => void },
): Promise<Subject[]> {
  if (!existsSync(`${bundle}/manifest.json`) || !existsSync(`${stages}data/test.bin`)) {
    log('the digits have not been released here: npx nx run digits:package');
    await runCommand('npx', ['nx', 'run', 'digits:package'], { cwd: root, signal });
  }
  const info: { test: number } = JSON.parse(await readFile(`${stages}data/dataset.json`, 'utf8'));
  const pictures = Math.min(limit, info.test);
  const all = new Uint8Array(await readFile(`${stages}data/test.bin`));
  const logits = new Float32Array((await readFile(`${stages}evaluate/logits.f32`)).buffer.slice(0));
  const size = all.length / info.test - 4;
  const pixels = all.slice(0, pictures * size);
  return subjectsOf(bundle, pixels, async (manifest) => {
    if (pictureBytesOf(manifest) !== size)
      throw new Error(
        `digits: expected pictures of ${pictureBytesOf(manifest)} bytes, got ${size}; run npx nx run digits:package`,
      );
    return {
      float32: {
        name: 'the trained network, run by our own executor',
        logits: logits.slice(0, pictures * manifest.labels.length),
        async run() {
          const classifier = await loadBundle(bundle, { variant: 'float32' });
          try {
            return await classifier.predict(pixels);
          } finally {
            await classifier.dispose();
          }
        },
      },
    };
  });
}
