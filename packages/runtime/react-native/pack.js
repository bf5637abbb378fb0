#!/usr/bin/env node
import { readFile, rename, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { chooseVariant, openBundle, packBundle } from '@trainyard/runtime-common';

const usage = 'usage: trainyard-pack <bundle folder> <file.tybundle> [--prefer <what>]...';

/**
 * Writes a bundle's folder as one file, the asset of an app. Every byte is checked before. With `--prefer accuracy`,
 * `speed`, `size` or the name of a variant, only the model is packed that `loadBundle` takes with the same `prefer`;
 * the manifest, and so the bundle's digest, stays what it is.
 */
async function main() {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { prefer: { type: 'string', multiple: true } },
  });
  const [folder, target] = positionals;
  if (!folder || !target || positionals.length > 2) throw new Error(usage);
  if (!target.endsWith('.tybundle'))
    throw new Error(`expected a file name.tybundle, got ${target}; ${usage}`);
  const files = {};
  const source = {
    name: basename(folder),
    has: (name) => source.read(name).then(Boolean, () => false),
    async read(name) {
      files[name] ??= await readFile(join(folder, name));
      return files[name];
    },
  };
  const { manifest, readVariant } = await openBundle(source);
  const chosen = values.prefer
    ? values.prefer.map((prefer) => chooseVariant(manifest, { platform: 'react-native', prefer }).variant)
    : manifest.variants;
  for (const variant of chosen) await readVariant(variant);
  const packed = packBundle(files);
  await writeFile(`${target}.part`, packed);
  await rename(`${target}.part`, target);
  console.log(
    `${target}: ${packed.length} bytes; ${[...new Set(chosen.map(({ name }) => name))].join(', ')}`,
  );
}

try {
  await main();
} catch (error) {
  console.error(`trainyard-pack: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
