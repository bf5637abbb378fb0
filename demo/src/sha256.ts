import { type Sha256, webCryptoSha256 } from '@trainyard/runtime-common';

/** WebCrypto's, which a page that came by plain HTTP from another machine does not have. */
export const sha256: Sha256 = async (bytes) =>
  globalThis.crypto?.subtle
    ? webCryptoSha256(bytes)
    : (await import('@noble/hashes/sha2.js')).sha256(Uint8Array.from(bytes));
