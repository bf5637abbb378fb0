import { RuntimeError } from './errors.ts';

/** SHA-256 of `bytes`: 32 bytes. Platforms without WebCrypto hand in their own. */
export type Sha256 = (bytes: Uint8Array) => Promise<Uint8Array>;

/** @throws RuntimeError where there is no WebCrypto: an insecure page, or React Native */
export const webCryptoSha256: Sha256 = async (bytes) => {
  const subtle = globalThis.crypto?.subtle;
  if (!subtle)
    throw new RuntimeError('sha256', 'WebCrypto', 'none', 'use a secure context, or give your own `sha256`');
  return new Uint8Array(await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
};

/** `sha256:` and 64 hexadecimal digits. */
export async function digestOf(bytes: Uint8Array, sha256: Sha256 = webCryptoSha256): Promise<string> {
  const hex = Array.from(await sha256(bytes), (byte) => byte.toString(16).padStart(2, '0'));
  return `sha256:${hex.join('')}`;
}

/** What `digestOf` gives. */
export const digestPattern = /^sha256:[0-9a-f]{64}$/;
