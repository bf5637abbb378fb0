import { type Sha256, webCryptoSha256 } from '@trainyard/runtime-common';

/** WebCrypto's; a page that came by plain HTTP from another machine has none. */
export const sha256: Sha256 = async (bytes) => {
  if (globalThis.crypto?.subtle) return webCryptoSha256(bytes);
  const { plainSha256 } = await import('./plain-sha256.ts');
  return plainSha256(bytes);
};
