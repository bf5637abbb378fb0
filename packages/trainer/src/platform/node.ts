import { workers } from '../workers/workers.ts';
import type { Platform } from './platform.ts';

/** Node.js: onnxruntime-node, an optional peer, and threads. */
export const platform: Platform = {
  findOrt: () => import('onnxruntime-node').catch(() => undefined),
  withoutOrt: 'onnxruntime-node is not installed; npm install onnxruntime-node',
  workers,
};
