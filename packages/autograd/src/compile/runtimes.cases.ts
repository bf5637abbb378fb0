import * as ort from 'onnxruntime-node';
import type { OrtNamespace } from './ort.ts';

/** For tests: ONNX Runtime that does not write to the tensors it is given for results, as on WebAssembly. */
export const deaf: OrtNamespace = {
  Tensor: ort.Tensor,
  InferenceSession: {
    async create(model, options) {
      const inner = await ort.InferenceSession.create(model, options);
      return { run: (feeds) => inner.run(feeds as never), release: () => inner.release() };
    },
  },
};
