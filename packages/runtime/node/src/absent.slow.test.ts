import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { NodeOptions } from './load-bundle.ts';

const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** What `absent.cases.ts` prints in a process of its own that finds no file or package of these names. */
async function loadWithout(
  absent: readonly string[],
  options: NodeOptions & { readonly picture?: boolean } = {},
): Promise<Record<string, unknown>> {
  const flags = ['--import', 'tsx', '--conditions=@trainyard/source'];
  const child = spawn(process.execPath, [...flags, pathOf('absent.cases.ts'), JSON.stringify(options)], {
    env: {
      ...process.env,
      ABSENT: absent.join(),
      NODE_OPTIONS: `--import ${new URL('absent.cases.mjs', import.meta.url).href}`,
    },
  });
  const closed = new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal })));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  expect({ ended: await closed, stderr }).toEqual({ ended: { code: 0, signal: null }, stderr: '' });
  return JSON.parse(stdout) as Record<string, unknown>;
}

const noBinary = `onnxruntime-node has no binary for ${process.platform}-${process.arch}`;
const standIn = `execution provider cpu: ${noBinary}; WASM of onnxruntime-web stands in`;

describe('where onnxruntime-node has no binary', () => {
  test.each([false, true, 2])('WASM stands in, and one line says so (worker: %s)', async (worker) => {
    const result = await loadWithout(['onnxruntime_binding'], { worker });
    expect(result).toEqual({
      onnxRuntime: noBinary,
      providers: ['wasm'],
      provider: 'wasm',
      right: true,
      profile: expect.stringMatching(/^ProviderError: profile: expected a provider of onnxruntime-node/),
      warnings: [standIn],
    });
  });

  test('WASM has as many threads as are asked for', async () => {
    const result = await loadWithout(['onnxruntime_binding'], { threads: { intraOp: 2 } });
    expect(result).toMatchObject({ provider: 'wasm', right: true, warnings: [standIn] });
  });

  test('WASM does not stand in for a provider that is more than the CPU', async () => {
    const result = await loadWithout(['onnxruntime_binding'], { executionProviders: ['cuda'] });
    expect(result).toEqual({
      error: `ProviderError: loading the model: expected one of the providers cuda, got cuda: ${noBinary}; add cpu to the executionProviders`,
      warnings: [],
    });
  });

  test('and onnxruntime-web is not installed, one line says what to install', async () => {
    for (const worker of [false, true])
      expect(await loadWithout(['onnxruntime_binding', 'onnxruntime-web'], { worker })).toEqual({
        error: `ProviderError: loading the model: expected onnxruntime-node, or onnxruntime-web in its place, got neither: ${noBinary}; npm install onnxruntime-web`,
        warnings: [],
      });
  });

  test('and neither is installed, one line says what to install', async () => {
    expect(await loadWithout(['onnxruntime-node', 'onnxruntime-web'])).toMatchObject({
      error: expect.stringMatching(
        /neither: onnxruntime-node is not installed; npm install onnxruntime-web$/,
      ),
    });
  });
});

test('without onnxruntime-web, WASM is passed over with what to install', async () => {
  const result = await loadWithout(['onnxruntime-web'], { executionProviders: ['wasm', 'cpu'] });
  expect(result).toMatchObject({
    provider: 'cpu',
    right: true,
    warnings: [
      'execution provider wasm: WASM in Node: expected onnxruntime-web, got none; npm install onnxruntime-web',
    ],
  });
});

test('where sharp has no binary, pixels are classified, and a file is refused with the reason', async () => {
  const result = await loadWithout(['sharp'], { picture: true });
  expect(result).toMatchObject({ provider: 'cpu', right: true });
  expect(result.picture).toMatch(
    /^PictureError: picture: .*sharp, which decodes files, does not load here: .*/,
  );
});
