import { expect, test } from 'vitest';
import { datasetName } from './dataset-name.ts';

test.each([
  ['digits', 'digits'],
  ['My Photos (2026)', 'my-photos-2026'],
  ['--Äpfel_&_Birnen--', 'apfel-birnen'],
  ['写真', 'pictures'],
  ['con', 'pictures'],
  ['', 'pictures'],
  [`${'a'.repeat(63)} b`, 'a'.repeat(63)],
])('the folder %j is the dataset %j', (name, expected) => {
  expect(datasetName(name)).toBe(expected);
});
