import { throwIfAborted } from './abort.ts';
import { digestOf, type Sha256, webCryptoSha256 } from './digest.ts';
import { BundleError } from './errors.ts';
import type { Manifest, Variant } from './manifest.ts';
import { parseManifest } from './parse-manifest.ts';
import type { BundleSource } from './source.ts';
import { isText } from './utf8.ts';

export const manifestFile = 'manifest.json';
/** Beside the manifest, in the form `sha256sum -c` reads; a copy that went wrong is found even without a pinned digest. */
export const checksumFile = 'manifest.sha256';

/** How much of a file of the bundle is there. */
export interface LoadProgress {
  readonly file: string;
  /** So far, unpacked; `total` at the end. */
  readonly bytes: number;
  /** Not known of the manifest before it is there. */
  readonly total: number | undefined;
}

export interface OpenOptions {
  /** The digest the manifest must have: pin it to run this bundle and no other. */
  readonly expectedDigest?: string;
  readonly sha256?: Sha256;
  /** Gives up loading: it rejects with the signal's reason, and what was loaded is freed. */
  readonly signal?: AbortSignal | undefined;
  /** Called while files are read, and once for each when it is there. What it throws, loading throws. */
  readonly onProgress?: (progress: LoadProgress) => void;
}

export interface Bundle {
  readonly manifest: Manifest;
  /** Digest of manifest.json. The manifest holds the models' digests, so this is the identity of the bundle. */
  readonly digest: string;
  /** The bytes of the variant's model, checked against the manifest's size and digest. */
  readVariant(variant: Variant): Promise<Uint8Array>;
}

/** The contents of `manifest.sha256` for a manifest of this digest. */
export const checksumLine = (digest: string): string =>
  `${digest.slice('sha256:'.length)}  ${manifestFile}\n`;

/**
 * Reads and checks a bundle's manifest; no model is read yet.
 * @throws BundleError when the manifest is missing, not valid, or does not have the digest that was expected
 */
export async function openBundle(source: BundleSource, options: OpenOptions = {}): Promise<Bundle> {
  const { expectedDigest, sha256 = webCryptoSha256, signal } = options;
  const bytes = await readFile(source, manifestFile, undefined, options);
  const digest = await digestOf(bytes, sha256);
  if (expectedDigest !== undefined && digest !== expectedDigest)
    throw new BundleError(
      `${source.name}, ${manifestFile}`,
      `digest ${expectedDigest}`,
      digest,
      'it is another bundle, or was changed after its release: fetch the released one again',
    );
  if (await source.has?.(checksumFile)) {
    if (!isText(await source.read(checksumFile, { signal }), checksumLine(digest)))
      throw new BundleError(
        `${source.name}, ${manifestFile}`,
        `the digest that ${checksumFile} holds`,
        digest,
        'the bundle was changed after its release: copy or package it again',
      );
  }
  const manifest = parseManifest(bytes);
  return {
    manifest,
    digest,
    async readVariant(variant) {
      const model = await readFile(source, variant.file, variant.bytes, options);
      const where = `${source.name}, ${variant.file}`;
      const remedy = 'the file was cut off or changed: copy or package the bundle again';
      if (model.length !== variant.bytes)
        throw new BundleError(where, `${variant.bytes} bytes`, `${model.length}`, remedy);
      const got = await digestOf(model, sha256);
      if (got !== variant.digest) throw new BundleError(where, `digest ${variant.digest}`, got, remedy);
      throwIfAborted(signal);
      return model;
    },
  };
}

async function readFile(
  source: BundleSource,
  file: string,
  total: number | undefined,
  { signal, onProgress }: OpenOptions,
): Promise<Uint8Array> {
  throwIfAborted(signal);
  if (!onProgress) return source.read(file, { signal });
  // The last of them is said here, whatever the source can tell.
  const onBytes = (bytes: number) => {
    if (total === undefined || bytes < total) onProgress({ file, bytes, total });
  };
  const content = await source.read(file, { signal, onBytes });
  throwIfAborted(signal);
  onProgress({ file, bytes: content.length, total: content.length });
  return content;
}
