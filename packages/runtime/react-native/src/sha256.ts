import { sha256 as hash } from '@noble/hashes/sha2.js';
import type { Sha256 } from '@trainyard/runtime-common';

/** Hermes has no WebCrypto. */
export const sha256: Sha256 = async (bytes) => hash(bytes);
