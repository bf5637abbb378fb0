import { createRequire } from 'node:module';
import { ProviderError } from '@trainyard/runtime-common';

export type NativeOrt = typeof import('onnxruntime-node');
export type WasmOrt = typeof import('onnxruntime-web');

/** onnxruntime-node, or why it can't be had here. */
export type FoundNative =
  | { readonly ort: NativeOrt; readonly missing?: undefined }
  | { readonly ort?: undefined; readonly missing: string };

let native: FoundNative | undefined;

/** Loads onnxruntime-node when it is asked for, once: where it has no binary for the system, importing us must not fail. */
export function findNative(): FoundNative {
  native ??= loadNative();
  return native;
}

function loadNative(): FoundNative {
  try {
    return { ort: createRequire(import.meta.url)('onnxruntime-node') as NativeOrt };
  } catch (error) {
    return { missing: whyMissing(error as NodeJS.ErrnoException) };
  }
}

function whyMissing({ code, message }: NodeJS.ErrnoException): string {
  const [line] = message.split('\n');
  if (code !== 'MODULE_NOT_FOUND') return `onnxruntime-node does not load: ${line}`;
  return message.includes('onnxruntime_binding')
    ? `onnxruntime-node has no binary for ${process.platform}-${process.arch}`
    : 'onnxruntime-node is not installed';
}

/**
 * onnxruntime-web, which runs in Node too.
 * @throws ProviderError where it is not installed: it is an optional peer
 */
export async function loadWasm(): Promise<WasmOrt> {
  try {
    return await import('onnxruntime-web');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const absent = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
    throw new ProviderError(
      'WASM in Node',
      'onnxruntime-web',
      absent ? 'none' : message,
      'npm install onnxruntime-web',
      { cause },
    );
  }
}

/** Whether `loadWasm` would find something, for reports. */
export function hasWasm(): boolean {
  try {
    createRequire(import.meta.url).resolve('onnxruntime-web');
    return true;
  } catch {
    return false;
  }
}
