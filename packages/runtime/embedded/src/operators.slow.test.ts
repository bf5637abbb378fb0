import { type DataType, fromNumbers, TensorData, toNumbers, writeModel } from '@trainyard/onnx-ir';
import { commandMissing, compileC, sanitizers, strictFlags } from '@trainyard/testing/embedded';
import * as ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { generateC } from './generate-c.ts';
import { caseFamilies } from './kernels/cases/index.cases.ts';
import { kernels } from './kernels/index.ts';
import { type CaseModel, modelOfCases, type OperatorCase } from './testing/operator-case.cases.ts';

const missing = commandMissing('gcc');
const checked = { compiler: 'gcc', flags: [...strictFlags, '-O1', ...sanitizers] };

/** ONNX Runtime has few operators for weights of 16 bits beside floats of 32: there they are widened. */
function widened({ model, feeds, outputs }: CaseModel): CaseModel {
  for (const value of model.graph.initializers)
    if (value.data?.dtype === 'float16') {
      value.data = fromNumbers('float32', value.data.dims, toNumbers(value.data));
      value.type = { dtype: 'float32', shape: value.data.dims };
    }
  return { model, feeds, outputs };
}

async function expectedOf({ model, feeds }: CaseModel): Promise<Record<string, ArrayLike<number | bigint>>> {
  const session = await ort.InferenceSession.create(writeModel(model), {
    logSeverityLevel: 3,
    intraOpNumThreads: 1,
  });
  try {
    const tensors = feeds.map(({ name, data }) => [name, toOrt(data)] as const);
    const results = await session.run(Object.fromEntries(tensors));
    return Object.fromEntries(
      Object.entries(results).map(([name, { data }]) => [name, data as Float32Array]),
    );
  } finally {
    await session.release();
  }
}

const toOrt = (data: TensorData): ort.Tensor =>
  new ort.Tensor(data.dtype as 'float32', data.view(data.dtype as 'float32'), data.dims);

/** Results that are further from ONNX Runtime's than rounding explains, with what the first one is. */
async function wrongCases(cases: readonly OperatorCase[], opset: number, inside: boolean): Promise<string[]> {
  const made = modelOfCases(cases, opset, inside);
  const expected = await expectedOf(widened(modelOfCases(cases, opset, inside)));
  const generated = generateC(made.model, { name: 'cases' });
  await using compiled = await compileC(generated, checked);
  const written = await compiled.run(new Uint8Array(Buffer.concat(made.feeds.map(({ data }) => data.bytes))));
  let at = 0;
  const results = new Map<string, number[]>();
  for (const { name, byteLength, dtype, shape } of generated.interface.outputs) {
    const data = new TensorData(dtype as DataType, shape, written.slice(at, at + byteLength));
    results.set(name, [...toNumbers(data)]);
    at += byteLength;
  }
  return cases.flatMap((one, i) =>
    made.outputs[i]!.flatMap((name) => {
      const got = results.get(name)!;
      const want = Array.from(expected[name]!, Number);
      const largest = want.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
      const tolerance = (one.tolerance ?? 1e-5) * largest;
      const wrong = want.findIndex(
        (value, j) => !(Math.abs(value - got[j]!) <= tolerance) && !Object.is(value, got[j]),
      );
      const isWrong = wrong >= 0 || want.length !== got.length;
      return isWrong
        ? [
            `${i} ${one.operator} ${JSON.stringify(one.attributes ?? {})} ${name}[${wrong}]: ${got[wrong]}, not ${want[wrong]}`,
          ]
        : [];
    }),
  );
}

describe.skipIf(missing)(`operators in C${missing ? ` (skipped: ${missing})` : ''}`, () => {
  test.each(caseFamilies)('$name give the results of ONNX Runtime', async ({ cases, opset }) => {
    expect(await wrongCases(cases, opset, false)).toEqual([]);
  });

  test.each(caseFamilies)('$name do so in the arena too, in place', async ({ cases, opset }) => {
    expect(await wrongCases(cases, opset, true)).toEqual([]);
  });

  test('every operator that a kernel takes has a case', () => {
    const tested = new Set(caseFamilies.flatMap(({ cases }) => cases.map(({ operator }) => operator)));
    const taken = new Set(
      kernels.flatMap(({ operators }) => operators).filter((operator) => !operator.includes(':')),
    );
    expect([...taken].filter((operator) => !tested.has(operator))).toEqual([]);
  });
});
