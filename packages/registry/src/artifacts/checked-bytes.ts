import { createHash } from 'node:crypto';
import { ArtifactError } from '../errors.ts';
import type { Artifact, ArtifactSource } from './artifact-store.ts';

/** Bytes of one artifact at most, unless a store is told otherwise: 4 GiB. */
export const defaultMaxBytes = 4 * 2 ** 30;

/**
 * Hands over the pieces of a source, one after the other.
 * @returns the digest and count of all bytes
 * @throws ArtifactError when they are more than `maxBytes`; what source and `take` throw
 */
export async function takeAll(
  source: ArtifactSource,
  maxBytes: number,
  where: string,
  take: (piece: Uint8Array) => Promise<void>,
): Promise<Artifact> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const piece of source instanceof Uint8Array ? [source] : source) {
    bytes += piece.byteLength;
    if (bytes > maxBytes) throw tooLarge(where, maxBytes, 'more');
    hash.update(piece);
    await take(piece);
  }
  return { digest: `sha256:${hash.digest('hex')}`, bytes };
}

/**
 * The pieces of an artifact. The last one comes after the check, so that whoever has them all has checked bytes.
 * @throws ArtifactError at the end, when they are not those of the digest
 */
export async function* checked(
  pieces: AsyncIterable<Uint8Array>,
  digest: string,
  where: string,
): AsyncIterable<Uint8Array> {
  const hash = createHash('sha256');
  let held: Uint8Array | undefined;
  for await (const piece of pieces) {
    hash.update(piece);
    if (held) yield held;
    held = piece;
  }
  if (`sha256:${hash.digest('hex')}` !== digest) throw damaged(where, digest);
  if (held) yield held;
}

/** All pieces as one. */
export async function gather(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return all.length === 1 ? all[0] : new Uint8Array(Buffer.concat(all));
}

export const missing = (where: string, digest: string) =>
  new ArtifactError(
    where,
    `the artifact ${digest}`,
    'none',
    'restore it from a copy, or run again what made it',
  );

export const damaged = (where: string, digest: string) =>
  new ArtifactError(
    where,
    `the bytes of ${digest}`,
    'others: the file was changed or cut off',
    'restore it from a copy, or run again what made it',
  );

export const tooLarge = (where: string, maxBytes: number, got: string) =>
  new ArtifactError(where, `at most ${maxBytes} bytes`, got, 'raise maxBytes of the store of artifacts');
