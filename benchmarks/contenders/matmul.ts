import { compile, full, matMul } from '@trainyard/autograd';
import * as ort from 'onnxruntime-node';
import type { Timed } from '../contender.ts';

/** Floating-point operations of `matMul1024`, 2 for a multiply-add. */
export const matMulFlops = 2 * 1024 ** 3;

/** What the machine can do: a product of 1024×1024 float32 matrices in ONNX Runtime. */
export function matMul1024(threads: 1 | 2): Timed {
  const matrix = full([1024, 1024], 1 / 32);
  const product = compile(({ a, b }) => ({ y: matMul(a, b) }), {
    ort,
    session: { intraOpNumThreads: threads },
  });
  return {
    name: `MatMul 1024³, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
    step: async () => Number((await product({ a: matrix, b: matrix })).y.data[0]),
    dispose: () => product.dispose(),
  };
}
