import { sha256 } from '@noble/hashes/sha2.js';
import type { Sha256 } from '@trainyard/runtime-common';

// A few milliseconds of hashing, then the page's other work.
const part = 2 ** 20;

/** In JavaScript, in small parts: for pages without WebCrypto. */
export const plainSha256: Sha256 = async (bytes) => {
  const hash = sha256.create();
  for (let at = 0; at < bytes.length; at += part) {
    hash.update(bytes.subarray(at, at + part));
    if (at + part < bytes.length) await new Promise((resolve) => setTimeout(resolve));
  }
  return hash.digest();
};
