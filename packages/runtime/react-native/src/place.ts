import { BundleError, type BundleSource, messageOf, packedSource } from '@trainyard/runtime-common';
import { isUri, nameOf, type ReadUriOptions, readUri } from './read-uri.ts';

/** What expo-asset's `Asset.fromModule` gives, as far as it is looked at here. */
export interface AssetLike {
  readonly uri: string;
  readonly localUri?: string | null;
  /** Puts the asset into a file that can be read; on Android an asset of a release build is none. */
  downloadAsync?(): Promise<unknown>;
}

/** The bytes of a packed bundle (`packBundle`), a URI of them, an asset of the app, or any source. */
export type BundlePlace = Uint8Array | ArrayBuffer | string | AssetLike | BundleSource;

/** @throws BundleError when there are no bytes of a packed bundle at the place; the signal's reason */
export async function sourceOf(place: BundlePlace, options: ReadUriOptions): Promise<BundleSource> {
  if (place instanceof Uint8Array) return packedSource(place);
  if (place instanceof ArrayBuffer) return packedSource(new Uint8Array(place));
  if (typeof place === 'object' && place !== null && 'read' in place) return place;
  const uri = typeof place === 'string' ? place : await uriOf(place);
  if (!isUri(uri)) throw unreadable(uri, 'a name without a scheme');
  const name = nameOf(uri);
  const packed = await readUri(uri, options).catch((cause: unknown) => {
    if (options.signal?.aborted) throw cause;
    throw unreadable(name, messageOf(cause), cause);
  });
  return packedSource(packed, name);
}

async function uriOf(asset: AssetLike): Promise<string> {
  if (typeof asset !== 'object' || asset === null || typeof asset.uri !== 'string')
    throw unreadable('loadBundle', typeof asset === 'number' ? 'the number of an asset' : typeof asset);
  if (!asset.localUri)
    await asset.downloadAsync?.().catch((cause: unknown) => {
      throw unreadable(nameOf(asset.uri), messageOf(cause), cause);
    });
  return asset.localUri ?? asset.uri;
}

const unreadable = (where: string, got: string, cause?: unknown): BundleError =>
  new BundleError(
    where,
    'the bytes of a packed bundle, a URI of them, or an asset',
    got,
    "with Expo: loadBundle(Asset.fromModule(require('./name.tybundle')))",
    { cause },
  );
