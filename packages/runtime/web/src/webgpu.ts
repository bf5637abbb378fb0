import type { OrtBuild } from './ort-files.ts';

interface Gpu {
  requestAdapter(): Promise<unknown>;
}

/** Why WebGPU can't be used here; undefined where it can. */
export async function whyNoWebGpu(): Promise<string | undefined> {
  const { gpu } = globalThis.navigator as { readonly gpu?: Gpu };
  if (!globalThis.isSecureContext) return 'WebGPU needs a page that came by HTTPS';
  if (!gpu) return 'this browser has no WebGPU';
  try {
    return (await gpu.requestAdapter()) ? undefined : 'WebGPU finds no graphics adapter here';
  } catch (error) {
    return `WebGPU gives no adapter: ${error instanceof Error ? error.message : error}`;
  }
}

/** WebAssembly that waits for the GPU: by JSPI where the browser has it, else by a transformed, larger file. */
export const webGpuBuild = (): OrtBuild => ('Suspending' in WebAssembly ? 'jspi' : 'asyncify');
