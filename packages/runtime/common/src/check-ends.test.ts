import type { InferenceSession } from 'onnxruntime-common';
import { describe, expect, test } from 'vitest';
import { checkEnds } from './check-ends.ts';
import { BundleError } from './errors.ts';
import type { ModelSignature } from './session.ts';

const signature: ModelSignature = {
  input: { name: 'x', dtype: 'uint8', layout: 'NHWC', height: 2, width: 3, channels: 1, resize: 'stretch' },
  output: { name: 'y', dtype: 'float32' },
  classes: 4,
};
const tensor = (
  name: string,
  type: InferenceSession.TensorValueMetadata['type'],
  shape: readonly (number | string)[],
): InferenceSession.ValueMetadata => ({ name, isTensor: true, type, shape });
const ends = (input: InferenceSession.ValueMetadata, output: InferenceSession.ValueMetadata) => ({
  inputNames: [input.name],
  outputNames: ['other', output.name],
  inputMetadata: [input],
  outputMetadata: [output],
});
const x = tensor('x', 'uint8', ['batch', 2, 3, 1]);
const y = tensor('y', 'float32', ['batch', 4]);

describe('checkEnds', () => {
  test.each([
    ['those of the manifest', ends(x, y)],
    ['a fixed batch', ends(tensor('x', 'uint8', [1, 2, 3, 1]), tensor('y', 'float32', [1, 4]))],
    ['sizes that a run decides', ends(tensor('x', 'uint8', ['n', 'h', 'w', 1]), tensor('y', 'float32', []))],
    ['names alone', { inputNames: ['x'], outputNames: ['y'] }],
  ])('takes %s', (_, given) => {
    expect(() => checkEnds(given, signature)).not.toThrow();
  });

  test.each([
    ['no input called so', ends(tensor('z', 'uint8', []), y), 'expected one input called x, got z'],
    ['more inputs', { inputNames: ['x', 'z'], outputNames: ['y'] }, 'expected one input called x, got x, z'],
    ['no output', { inputNames: ['x'], outputNames: [] }, 'expected an output called y, got none'],
    [
      'an input of floats',
      ends(tensor('x', 'float32', ['batch', 2, 3, 1]), y),
      'expected input x of uint8 [batch, 2, 3, 1], got float32 [batch, 2, 3, 1]',
    ],
    ['channels first', ends(tensor('x', 'uint8', ['batch', 1, 2, 3]), y), 'got uint8 [batch, 1, 2, 3]'],
    ['an output of three dimensions', ends(x, tensor('y', 'float32', [1, 1, 4])), 'got float32 [1, 1, 4]'],
    ['other labels', ends(x, tensor('y', 'float32', ['batch', 5])), 'got float32 [batch, 5]'],
  ])('refuses %s', (_, given, message) => {
    expect(() => checkEnds(given, signature)).toThrow(BundleError);
    expect(() => checkEnds(given, signature)).toThrow(message);
  });
});
