import { expect, test } from 'vitest';
import { BundleError, errorFromData, errorToData, messageOf, PictureError, RuntimeError } from './errors.ts';

test('an error goes through a message and keeps its class', () => {
  const error = new BundleError('full.onnx', 'a', 'b', 'c');
  const copy = errorFromData(structuredClone(errorToData(error)));
  expect(copy).toBeInstanceOf(BundleError);
  expect(copy).toBeInstanceOf(RuntimeError);
  expect(copy).not.toBeInstanceOf(PictureError);
  expect(copy.name).toBe('BundleError');
  expect(copy.message).toBe('full.onnx: expected a, got b; c');
  expect(copy.stack).toBe(error.stack);
});

test('what is not ours becomes a plain error', () => {
  expect(errorFromData(errorToData(new RangeError('far')))).toMatchObject({ message: 'far' });
  expect(errorFromData(errorToData('text')).message).toBe('text');
});

test('messages are one line', () => {
  expect(new RuntimeError('x', 'a\n b', 'c\r\nd').message).toBe('x: expected a b, got c d');
  expect(messageOf(new Error('one\ntwo'))).toBe('one two');
});
