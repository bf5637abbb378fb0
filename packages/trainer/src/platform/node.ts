import { workers } from '../workers/workers.ts';
import type { Platform } from './platform.ts';

/** Why onnxruntime-node could not be imported, and what to do. */
export function whyMissing(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === 'ERR_MODULE_NOT_FOUND'
    ? 'onnxruntime-node is not installed; npm install onnxruntime-node'
    : `onnxruntime-node does not load: ${message.split('\n')[0]}`;
}

/** Node.js: onnxruntime-node, an optional peer, and threads. */
export const platform: Platform = {
  findOrt: () =>
    import('onnxruntime-node').then(
      (ort) => ({ ort }),
      (error: unknown) => ({ missing: whyMissing(error) }),
    ),
  workers,
};
