import type { Target } from '../target.ts';
import { nodeNative } from './node-native.ts';
import { nodeWasm } from './node-wasm.ts';

/** What the others are compared with. */
export const reference: Target = nodeNative;

/** In the order of the matrix. */
export const targets: readonly Target[] = [nodeNative, nodeWasm];
