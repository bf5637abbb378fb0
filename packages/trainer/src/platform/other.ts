import type { Platform } from './platform.ts';

/** A browser, a phone: ONNX Runtime is handed in. */
export const platform: Platform = {
  findOrt: async () => ({
    missing: 'no ONNX Runtime was handed in; give ort, the namespace of onnxruntime-web for one',
  }),
};
