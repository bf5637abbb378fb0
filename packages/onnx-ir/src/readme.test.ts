import { readFileSync } from 'node:fs';
import { expect, it, vi } from 'vitest';
import * as onnxIr from './index.ts';

it('the example of the README prints what the README says', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const [, code] = /```ts\n([\s\S]*?)```/.exec(readme)!;
  const [, printed] = /```\n(scale[\s\S]*?)\n```/.exec(readme)!;
  const [, names] = /import \{([\s\S]*?)\} from '@trainyard\/onnx-ir';/.exec(code)!;
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  const body = code.replace(/import [\s\S]*?;\n/, '');
  new Function('onnxIr', `const {${names}} = onnxIr;\n${body}`)(onnxIr);
  expect(log.mock.calls).toEqual([[printed]]);
  log.mockRestore();
});
