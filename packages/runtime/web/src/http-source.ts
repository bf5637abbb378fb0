import {
  BundleError,
  type BundleSource,
  checksumFile,
  digestOf,
  type Manifest,
  manifestFile,
  parseManifest,
  type ReadOptions,
  type Sha256,
  type Variant,
} from '@trainyard/runtime-common';
import { download, isOffline } from './download.ts';
import { type Encodings, encodingsIn } from './encodings.ts';
import type { Store } from './store.ts';

export interface HttpSourceOptions {
  readonly store: Store | undefined;
  readonly sha256: Sha256;
  readonly expectedDigest: string | undefined;
  /** Whether the folder may have `files.json`, an index of compressed forms. */
  readonly indexed: boolean;
  readonly warn: (message: string) => void;
}

/**
 * A bundle in a folder of a server. A model that was loaded once comes from Cache Storage by its digest; of the
 * manifest the server is asked whether it is the newest, unless its digest is given.
 */
export class HttpSource implements BundleSource {
  readonly name: string;
  readonly #folder: URL;
  readonly #options: HttpSourceOptions;
  readonly #encodings: Encodings | undefined;
  #bytes: Uint8Array | undefined;
  #manifest: Manifest | undefined;
  /** Whether the manifest was kept on an earlier visit, when its checksum was compared. */
  #wasKept = false;
  #keeping: Promise<void> | undefined;
  #checksum: Promise<Uint8Array | undefined> | undefined;

  /** @param folder its address ends with a slash */
  constructor(folder: URL, options: HttpSourceOptions) {
    this.name = folder.pathname.split('/').filter(Boolean).at(-1) ?? folder.host;
    this.#folder = folder;
    this.#options = options;
    this.#encodings = options.indexed ? encodingsIn(folder) : undefined;
  }

  async read(file: string, options: ReadOptions = {}): Promise<Uint8Array> {
    if (file === manifestFile) return this.#readManifest(options);
    if (file === checksumFile && this.#checksum) return (await this.#checksum)!;
    const variant = this.#manifest?.variants.find((candidate) => candidate.file === file);
    return variant ? this.#readModel(variant, options) : this.#download(file, options);
  }

  async has(file: string): Promise<boolean> {
    if (file !== checksumFile || this.#wasKept) return false;
    return (await this.#checksum) !== undefined;
  }

  async #readManifest(options: ReadOptions): Promise<Uint8Array> {
    const { store, expectedDigest, sha256, warn } = this.#options;
    const kept = (await store?.get(this.#key))?.bytes;
    if (kept && expectedDigest !== undefined && (await digestOf(kept, sha256)) === expectedDigest)
      return this.#use(kept, true);
    if (expectedDigest === undefined) this.#checksum = this.#readChecksum(options);
    try {
      const bytes = await this.#download(manifestFile, { signal: options.signal });
      return this.#use(bytes, kept !== undefined && equal(bytes, kept));
    } catch (error) {
      if (!kept || expectedDigest !== undefined || !isOffline()) throw error;
      warn(`${this.name}: the page is offline; the bundle is the one of an earlier visit`);
      return this.#use(kept, true);
    }
  }

  async #readChecksum(options: ReadOptions): Promise<Uint8Array | undefined> {
    try {
      return await this.#download(checksumFile, { signal: options.signal });
    } catch {
      return undefined;
    }
  }

  get #key(): string {
    return `manifest of ${this.#folder}`;
  }

  #use(bytes: Uint8Array, wasKept: boolean): Uint8Array {
    this.#bytes = bytes;
    this.#wasKept = wasKept;
    try {
      this.#manifest = parseManifest(bytes);
    } catch (error) {
      // Whoever asked for the manifest finds the same, and says so.
      if (!(error instanceof BundleError)) throw error;
    }
    return bytes;
  }

  async #readModel({ file, digest, bytes }: Variant, options: ReadOptions): Promise<Uint8Array> {
    const { store, sha256, warn } = this.#options;
    const isRight = async (model: Uint8Array) => (await digestOf(model, sha256)) === digest;
    const kept = (await store?.get(digest))?.bytes;
    if (kept && (await isRight(kept))) return kept;
    if (kept) warn(`${this.name}, ${file}: the copy in Cache Storage was damaged; it is loaded again`);
    const model = await this.#download(file, options, { bytes, encodings: this.#encodings });
    if (store && (await isRight(model))) this.#keeping = store.put(digest, model);
    return model;
  }

  /** Call it once the bundle was loaded: keeps its manifest, and no longer the models that only its former one had. */
  async keep(): Promise<void> {
    const { store } = this.#options;
    await this.#keeping;
    if (!store || !this.#bytes || !this.#manifest || this.#wasKept) return;
    const former = modelsOf((await store.get(this.#key))?.bytes);
    const present = modelsOf(this.#bytes);
    await store.put(this.#key, this.#bytes);
    for (const digest of former) if (!present.includes(digest)) await store.delete(digest);
  }

  #download(
    file: string,
    { signal, onBytes }: ReadOptions,
    model?: { readonly bytes: number; readonly encodings: Encodings | undefined },
  ): Promise<Uint8Array> {
    const options = { from: this.name, file, fresh: model === undefined, signal, onBytes, ...model };
    return download(new URL(file, this.#folder), options);
  }
}

const equal = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);

/** Digests of the models that a manifest names; none where this version can't read it. */
function modelsOf(manifest: Uint8Array | undefined): string[] {
  try {
    return manifest ? parseManifest(manifest).variants.map(({ digest }) => digest) : [];
  } catch {
    return [];
  }
}
