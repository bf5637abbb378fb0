import { exportOnnx } from '@trainyard/exporter';
import { readModel, writeModel } from '@trainyard/onnx-ir';
import { digitsNet, initialize } from '@trainyard/trainer';
import * as ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { ortFormat } from './ort-format.ts';
import { requiredOperatorsConfig } from './required-operators.ts';

const network = initialize(digitsNet({ channels: [4, 6, 8] }), 1);
const model = writeModel(
  exportOnnx(network, { name: 'digits', input: { height: 8, width: 8, channels: 1 } }),
);
const pixels = new ort.Tensor(
  'uint8',
  Uint8Array.from({ length: 128 }, (_, i) => (i * 37) % 256),
  [2, 8, 8, 1],
);

async function logitsOf(bytes: Uint8Array): Promise<Float32Array> {
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 3 });
  try {
    const { logits } = await session.run({ pixels });
    return logits!.data as Float32Array;
  } finally {
    await session.release();
  }
}

describe('ORT format', () => {
  test.each(['disabled', 'basic', 'extended', 'all'] as const)(
    'a model of optimization %s gives the same logits',
    async (optimization) => {
      const { bytes } = await ortFormat(model, { ort, optimization });
      expect(String.fromCharCode(...bytes.subarray(4, 8))).toBe('ORTM');
      const got = await logitsOf(bytes);
      const expected = await logitsOf(model);
      expect(got.length).toBe(20);
      expected.forEach((logit, i) => {
        expect(got[i]).toBeCloseTo(logit, 4);
      });
    },
  );

  test('without optimization, the operators are those of the model', async () => {
    const { operators } = await ortFormat(model, { ort, optimization: 'disabled' });
    const inModel = readModel(model).graph.nodes.map(({ opType }) => opType);
    expect(operators.map(({ operator }) => operator).sort()).toEqual([...new Set(inModel)].sort());
  });

  test('the config lists what the optimizer made of it, by domain and opset', async () => {
    const { bytes, operators } = await ortFormat(model, { ort });
    expect(operators).toContainEqual({ domain: 'com.microsoft', opset: 1, operator: 'FusedConv' });
    const plain = await ortFormat(model, { ort, optimization: 'basic' });
    expect(
      requiredOperatorsConfig(
        { 'digits.ort': bytes, 'plain.ort': plain.bytes },
        { types: ['float', 'uint8_t'] },
      ),
    ).toBe(
      [
        '# Generated from:',
        '# - digits.ort',
        '# - plain.ort',
        '!globally_allowed_types;float,uint8_t',
        'ai.onnx;11;AveragePool,Conv',
        'ai.onnx;12;MaxPool',
        'ai.onnx;13;Cast,Flatten,Gemm,Transpose',
        'ai.onnx;14;Mul,Relu,Sub',
        'com.microsoft;1;FusedConv',
        '',
      ].join('\n'),
    );
  });

  test('what is no model, or not in ORT format, is refused', async () => {
    await expect(ortFormat(new Uint8Array(9), { ort })).rejects.toThrow(
      /^ortFormat: expected ONNX Runtime to write/,
    );
    expect(() => requiredOperatorsConfig({ 'digits.onnx': model })).toThrow(
      /^digits.onnx: expected a model in ORT format, got \d+ bytes of something else; make it with ortFormat$/,
    );
    expect(() => requiredOperatorsConfig({ 'empty.ort': new Uint8Array() })).toThrow(
      /expected a model in ORT format/,
    );
  });
});
