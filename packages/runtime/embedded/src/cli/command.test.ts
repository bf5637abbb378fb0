import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { commandMissing } from '@trainyard/testing/embedded';
import { tinyBundle } from '@trainyard/testing/runtime';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { generateCommand } from './command.ts';

const execute = promisify(execFile);
const bundle = tinyBundle();
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'generate-c-'));
  await mkdir(join(folder, 'bundle'));
  for (const [name, bytes] of Object.entries(bundle.files))
    await writeFile(join(folder, 'bundle', name), bytes);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Runs the command in the process; what it prints. */
async function run(...args: string[]): Promise<string> {
  let printed = '';
  const command = generateCommand((text) => {
    printed += text;
  });
  command.exitOverride().configureOutput({ writeErr: () => undefined });
  await command.parseAsync(args, { from: 'user' });
  return printed;
}

describe('generate-c', () => {
  test('a bundle becomes four files, and the report is printed', async () => {
    const out = join(folder, 'firmware');
    await mkdir(out);
    await writeFile(join(out, 'board.c'), 'mine');
    const printed = await run(join(folder, 'bundle'), '--out', out, '--variant', 'half');
    expect((await readdir(out)).sort()).toEqual(['board.c', 'main.c', 'report.txt', 'tiny.c', 'tiny.h']);
    const report = await readFile(join(out, 'report.txt'), 'utf8');
    expect(printed).toBe(`${report}\ntiny.h, tiny.c, main.c, report.txt are in ${out}\n`);
    const header = await readFile(join(out, 'tiny.h'), 'utf8');
    const half = bundle.manifest.variants.find(({ name }) => name === 'half')!;
    expect(header).toContain(`#define TINY_DIGEST "${half.digest}"`);
    expect(header).toContain(' * model   tiny, variant half');
    expect(header).toContain('#define TINY_CLASSES 3');
    expect(await readFile(join(out, 'tiny.c'), 'utf8')).toContain('"ape", "bee", "cat"');
  });

  test('an ONNX file becomes code of the name that is asked for', async () => {
    const out = join(folder, 'deep', 'firmware');
    await run(join(folder, 'bundle', 'full.onnx'), '-o', out, '--name', 'my_model');
    expect((await readdir(out)).sort()).toEqual(['main.c', 'my_model.c', 'my_model.h', 'report.txt']);
  });

  test.each([
    [
      'a folder that is not there',
      ['nowhere', '-o', 'out'],
      /^nowhere: expected a bundle folder or an ONNX file, got/,
    ],
    [
      'a variant of a file',
      ['bundle/full.onnx', '-o', 'out', '--variant', 'half'],
      /expected a bundle folder with variants, got a file/,
    ],
    ['a variant that is not there', ['bundle', '-o', 'out', '--variant', 'int4'], /int4/],
    [
      'a name that C does not have',
      ['bundle', '-o', 'out', '--name', '9 lives'],
      /^generateC: expected a name of lower case letters/,
    ],
    ['a file that is no model', ['bundle/manifest.json', '-o', 'out'], /expected/],
    ['no folder', ['bundle'], /required option/],
    [
      'a way that does not exist',
      ['bundle', '-o', 'out', '--requantize', 'magic'],
      /Allowed choices are float, integer/,
    ],
  ])('%s is refused, and nothing is written', async (_, args, message) => {
    const paths = args.map((arg) => (/^(bundle|nowhere|out)/.test(arg) ? join(folder, arg) : arg));
    const expected = message.source.startsWith('^nowhere')
      ? /expected a bundle folder or an ONNX file, got/
      : message;
    await expect(run(...paths)).rejects.toThrow(expected);
    expect(await readdir(folder)).toEqual(['bundle']);
  });

  test('a model that was changed is refused', async () => {
    const bytes = Uint8Array.from(bundle.files['full.onnx']!);
    bytes[bytes.length - 9]! ^= 1;
    await writeFile(join(folder, 'bundle', 'full.onnx'), bytes);
    await expect(run(join(folder, 'bundle'), '-o', join(folder, 'out'), '--variant', 'full')).rejects.toThrow(
      /expected digest sha256:/,
    );
    await writeFile(join(folder, 'bundle', 'full.onnx'), bytes.subarray(0, 40));
    await expect(run(join(folder, 'bundle'), '-o', join(folder, 'out'), '--variant', 'full')).rejects.toThrow(
      /expected \d+ bytes, got 40/,
    );
    expect(await readdir(folder)).toEqual(['bundle']);
  });

  test('as a program it says what is wrong in one line, and fails', async () => {
    const cli = fileURLToPath(new URL('cli.ts', import.meta.url));
    const flags = ['--import', 'tsx', '--conditions=@trainyard/source', cli, 'nowhere', '-o', 'out'];
    const failure = await execute(process.execPath, flags).then(
      () => undefined,
      (error: { code: number; stderr: string }) => error,
    );
    expect(failure?.code).toBe(1);
    expect(failure?.stderr).toMatch(
      /^generate-c: nowhere: expected a bundle folder or an ONNX file, got .*\n$/,
    );
  }, 120_000);
});

const missing = commandMissing('gcc');

describe.skipIf(missing)(`main.c${missing ? ` (skipped: ${missing})` : ''}`, () => {
  test('it reads a picture, prints the class, and says what is wrong with others', async () => {
    const out = join(folder, 'out');
    await run(join(folder, 'bundle'), '-o', out, '--variant', 'full');
    const flags = [
      '-std=c99',
      '-Wall',
      '-Wextra',
      '-Wpedantic',
      '-Wconversion',
      '-Werror',
      '-fsanitize=address,undefined',
    ];
    await execute('gcc', [...flags, 'main.c', 'tiny.c', '-lm', '-o', 'tiny'], { cwd: out });
    const pixels = Uint8Array.from({ length: 60 }, (_, i) => (i * 41) % 256);
    const classify = async (header: string, body: Uint8Array) => {
      await writeFile(join(out, 'picture.ppm'), Buffer.concat([Buffer.from(header), body]));
      return execute('./tiny', ['picture.ppm'], { cwd: out }).then(
        ({ stdout }) => stdout,
        ({ stderr }: { stderr: string }) => stderr,
      );
    };
    const logits = bundle.expected(pixels);
    const label = bundle.manifest.labels[logits.indexOf(Math.max(...logits))];
    for (const header of ['P6\n5 4\n255\n', 'P6 # made by hand\n# twice\n 5\t4 255 '])
      expect((await classify(header, pixels)).split('\n')[0]).toBe(label);
    expect(await classify('P5\n5 4\n255\n', pixels)).toMatch(
      /expected a binary PPM \(P6\), got another format/,
    );
    expect(await classify('P6\n4 5\n255\n', pixels)).toMatch(/expected 5 x 4 pixels, got 4 x 5; resize it/);
    expect(await classify('P6\n5 4\n65535\n', pixels)).toMatch(
      /expected 8 bits a channel, got values up to 65535/,
    );
    expect(await classify('P6\n5 4\n255\n', pixels.subarray(1))).toMatch(
      /expected 60 bytes of pixels, got fewer/,
    );
    expect(await classify('P6\n5', new Uint8Array())).toMatch(/expected width, height and largest value/);
    expect(await classify('P6\n99999999999999999999 4\n255\n', pixels)).toMatch(/expected width, height/);
    expect(await classify('', new Uint8Array())).toMatch(/another format/);
  }, 60_000);
});
