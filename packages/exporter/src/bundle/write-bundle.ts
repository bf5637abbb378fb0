import { createHash } from 'node:crypto';
import { InputError } from '@trainyard/autograd';
import {
  type Benchmark,
  benchmarkFile,
  checksumFile,
  checksumLine,
  type Manifest,
  manifestFile,
  parseManifest,
  type Variant,
} from '@trainyard/runtime-common';
import { replaceFolder } from '@trainyard/trainer/files';

/** A variant as it goes into a bundle: the manifest's entry without what follows from the bytes, and the model file. */
export interface BundleVariant extends Omit<Variant, 'file' | 'digest' | 'bytes'> {
  readonly model: Uint8Array;
}

export interface BundleContents extends Omit<Manifest, 'schema' | 'task' | 'variants'> {
  readonly variants: readonly BundleVariant[];
  /** How fast the variants are where the bundle is made. It stands beside the manifest, outside of the digest. */
  readonly benchmark?: Omit<Benchmark, 'schema'>;
}

export interface WrittenBundle {
  readonly folder: string;
  readonly manifest: Manifest;
  /** `sha256:…` of the bytes of manifest.json, which is the identity of the bundle. */
  readonly digest: string;
}

/** `sha256:` and 64 hexadecimal digits. */
export const digestOfBytes = (bytes: Uint8Array): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/**
 * Writes a release bundle: `manifest.json`, its checksum, one file a variant, and `benchmark.json` where it was
 * measured. The same contents give the same bytes.
 * It appears whole or not at all; a bundle that is already there stays until the new one takes its place.
 * @throws InputError when the contents do not make a valid manifest; file system errors (such as a full disk) as
 * they come, with the bundle that was there untouched
 */
export async function writeBundle(folder: string, contents: BundleContents): Promise<WrittenBundle> {
  const { benchmark } = contents;
  const manifest = manifestOf(contents);
  const manifestBytes = new TextEncoder().encode(`${JSON.stringify(manifest, undefined, 2)}\n`);
  const models = contents.variants.map(({ model }, i) => [manifest.variants[i]!.file, model] as const);
  const digest = digestOfBytes(manifestBytes);
  await replaceFolder(folder, {
    ...Object.fromEntries(models),
    [checksumFile]: new TextEncoder().encode(checksumLine(digest)),
    [manifestFile]: manifestBytes,
    ...(benchmark && { [benchmarkFile]: `${JSON.stringify({ schema: 1, ...benchmark }, undefined, 2)}\n` }),
  });
  return { folder, manifest, digest };
}

function manifestOf({ variants, benchmark: _, ...fields }: BundleContents): Manifest {
  const candidate = {
    ...fields,
    schema: 1,
    task: 'image-classification',
    variants: variants.map(({ model, ...variant }) => ({
      ...variant,
      file: `${variant.name}.onnx`,
      digest: digestOfBytes(model),
      bytes: model.byteLength,
    })),
  };
  try {
    // What comes back has its keys in the order of the schema, so their order in `contents` does not matter.
    return parseManifest(JSON.stringify(candidate));
  } catch (cause) {
    throw new InputError(
      'writeBundle',
      'contents that make a valid manifest',
      String((cause as Error).message),
      undefined,
      {
        cause,
      },
    );
  }
}
