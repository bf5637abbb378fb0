import { tensorOf } from '@trainyard/autograd';
import type { Model } from '@trainyard/onnx-ir';
import * as ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { integerKernels } from '../kernels/index-int8.ts';
import { exactOptions, withOwnZeroPoints } from './exact-ort.cases.ts';
import { integerReference } from './integer-reference.ts';
import { buildCase, type Dtype, quantizedCases } from './quantized-graphs.cases.ts';

type Inputs = ReturnType<ReturnType<typeof buildCase>['draw']>;

async function inOrt(model: Model, inputs: Inputs): Promise<Float32Array> {
  const session = await ort.InferenceSession.create(withOwnZeroPoints(model), exactOptions);
  try {
    const feeds = inputs.map(
      ({ name, dtype, data, shape }) =>
        [name, new ort.Tensor(dtype as 'float32', data as Float32Array, shape)] as const,
    );
    const results = await session.run(Object.fromEntries(feeds));
    return results[session.outputNames[0]!]!.data as Float32Array;
  } finally {
    await session.release();
  }
}

function inIntegers(model: Model, inputs: Inputs): Float32Array {
  const { lowered, run } = integerReference(model);
  const feeds = inputs.map(
    ({ name, dtype, data, shape }) => [name, tensorOf(dtype, shape, data as never)] as const,
  );
  return run(Object.fromEntries(feeds)).get(lowered.graph.outputs[0]!.name)!.data as Float32Array;
}

const seeds = Array.from({ length: 8 }, (_, i) => i + 1);

describe.each<Dtype>(['uint8', 'int8'])('%s activations', (dtype) => {
  test.each(quantizedCases)('$name: at most $steps steps from ONNX Runtime', async (quantizedCase) => {
    for (const seed of seeds) {
      const { model, draw, step } = buildCase(quantizedCase, seed, dtype);
      const inputs = draw();
      const [expected, got] = [await inOrt(model, inputs), inIntegers(model, inputs)];
      expect(got.length).toBe(expected.length);
      const off = Array.from(expected, (x, i) => Math.abs(x - got[i]!));
      const worst = Math.max(...off);
      // Of floats, all bits must be the same.
      expect(step ? Math.round(worst / step) : worst, `seed ${seed}`).toBeLessThanOrEqual(
        quantizedCase.steps,
      );
    }
  });
});

test('every integer kernel has a case', () => {
  const used = new Set(
    quantizedCases.flatMap((quantizedCase) =>
      (['float', 'integer'] as const).flatMap((requantize) =>
        seeds.flatMap((seed) => {
          const { model } = buildCase(quantizedCase, seed, 'uint8');
          return integerReference(model, { requantize }).lowered.graph.nodes.map(({ opType }) => opType);
        }),
      ),
    ),
  );
  expect(integerKernels.map(({ operator }) => operator).filter((operator) => !used.has(operator))).toEqual(
    [],
  );
});
