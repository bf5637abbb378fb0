import { expect, test } from 'vitest';
import { parseIndex } from './file-index.ts';

test('an index is read', () => {
  const index = { schema: 1, files: { 'a.onnx': { bytes: 9, br: 3 }, 'b.onnx': { bytes: 2 } } };
  expect(parseIndex(JSON.stringify(index))).toEqual(index);
});

test.each([
  '',
  '<!doctype html>',
  'null',
  '[]',
  '{}',
  '{"schema":2,"files":{}}',
  '{"schema":1,"files":null}',
  '{"schema":1,"files":{"a":{}}}',
  '{"schema":1,"files":{"a":null}}',
  '{"schema":1,"files":{"a":{"bytes":-1}}}',
  '{"schema":1,"files":{"a":{"bytes":1,"br":"2"}}}',
])('%s is none', (text) => {
  expect(parseIndex(text)).toBeUndefined();
});
