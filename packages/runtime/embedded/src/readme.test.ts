import { commandMissing } from '@trainyard/testing/embedded';
import { examplesOf, runExample } from '@trainyard/testing/readme';
import { expect, test } from 'vitest';

const missing = commandMissing('gcc');
const compile = `
import { execFileSync } from 'node:child_process';
const flags = ['-std=c99', '-Wall', '-Wextra', '-Wpedantic', '-Wconversion', '-Werror'];
execFileSync('gcc', [...flags, 'main.c', 'digits.c', '-lm', '-o', 'digits']);
`;

test(`the example of the README of runtime-embedded runs${missing ? '' : ', and gcc takes what it writes'}`, async () => {
  const [code] = await examplesOf('packages/runtime/embedded/README.md');
  const { printed, files } = await runExample(missing ? code! : `${code}${compile}`);
  const written = ['digits.c', 'digits.h', 'example.mts', 'main.c'];
  expect(files.sort()).toEqual(missing ? written : ['digits', ...written]);
  expect(printed[0]).toMatch(/^layer +kernel +output +flash +arena +multiply-adds$/);
  expect(printed.at(-1)).toBe('true');
}, 120_000);
