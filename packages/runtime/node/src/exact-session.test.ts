import { createModel, fromNumbers, Graph, Node, Value, writeModel } from '@trainyard/onnx-ir';
import * as ort from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { createExactSession } from './exact-session.ts';

const size = 16;
const side = { dtype: 'float32', shape: [1, size] } as const;

/** Products of uint8 with weights of 127, `layers` of them, each scaled so that what goes in comes out again. */
function products(layers: number, sharesZeroPoint: boolean): Uint8Array {
  const graph = new Graph('products');
  const input = new Value('x', { dtype: 'uint8', shape: [1, size] });
  graph.inputs.push(input);
  const constant = (name: string, dtype: 'float32' | 'int8' | 'uint8', dims: number[], value: number) =>
    graph.addInitializer(
      name,
      fromNumbers(dtype, dims, new Array(dims.reduce((a, b) => a * b, 1)).fill(value)),
    );
  const one = constant('one', 'float32', [], 1);
  const zero = constant('zero', 'uint8', [], 0);
  const shared = constant('shared', 'int8', [size], 0);
  let bytes = input;
  let result = input;
  for (let i = 0; i < layers; i++) {
    const numbers = new Value(`numbers${i}`, side);
    const weights = new Value(`weights${i}`, { dtype: 'float32', shape: [size, size] });
    const zeros = sharesZeroPoint ? shared : constant(`zeros${i}`, 'int8', [size], 0);
    const scales = constant(`scales${i}`, 'float32', [size], 1 / (127 * size));
    result = new Value(`result${i}`, side);
    const next = new Value(`bytes${i}`, { dtype: 'uint8', shape: [1, size] });
    const axis = new Map([['axis', { kind: 'int', value: 1 } as const]]);
    graph.nodes.push(
      new Node('DequantizeLinear', [bytes, one, zero], [numbers]),
      new Node(
        'DequantizeLinear',
        [constant(`quantized${i}`, 'int8', [size, size], 127), scales, zeros],
        [weights],
        {
          attributes: axis,
        },
      ),
      new Node('MatMul', [numbers, weights], [result]),
      ...(i < layers - 1 ? [new Node('QuantizeLinear', [result, one, zero], [next])] : []),
    );
    bytes = next;
  }
  graph.outputs.push(result);
  return writeModel(createModel(graph));
}

async function run(model: Uint8Array, options: ort.InferenceSession.SessionOptions = {}) {
  const { session, isExact } = await createExactSession(ort, model, { logSeverityLevel: 4, ...options });
  const x = new ort.Tensor('uint8', new Uint8Array(size).fill(255), [1, size]);
  const results = await session.run({ x });
  await session.release();
  return { isExact, result: results[session.outputNames[0]!]!.data as Float32Array };
}

test('sums of integers do not saturate, whatever the processor', async () => {
  const { isExact, result } = await run(products(3, false));
  expect(isExact).toBe(true);
  for (const x of result) expect(x).toBeCloseTo(255, 3);
});

test('a precision that the caller chose stays, and so do other settings', async () => {
  const seen: unknown[] = [];
  const spy = {
    ...ort,
    InferenceSession: {
      async create(_: Uint8Array, options: ort.InferenceSession.SessionOptions) {
        seen.push(options.extra);
        return {} as ort.InferenceSession;
      },
    },
  } as unknown as typeof ort;
  await createExactSession(spy, new Uint8Array(), {});
  await createExactSession(spy, new Uint8Array(), {
    extra: { session: { x64quantprecision: '0', dynamic_block_base: '4' }, ep: { a: '1' } },
  });
  expect(seen).toEqual([
    { session: { x64quantprecision: '1' } },
    { session: { x64quantprecision: '0', dynamic_block_base: '4' }, ep: { a: '1' } },
  ]);
});

test('a model that ONNX Runtime does not take so is loaded nevertheless', async () => {
  const { isExact, result } = await run(products(3, true));
  expect(result).toHaveLength(size);
  if (isExact) for (const x of result) expect(x).toBeCloseTo(255, 3);
});

test('a model that is none says what is wrong with it', async () => {
  await expect(createExactSession(ort, new Uint8Array(10), { logSeverityLevel: 4 })).rejects.toThrow(
    /protobuf/i,
  );
});
