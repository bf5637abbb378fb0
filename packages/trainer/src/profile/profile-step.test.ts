import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mul, type OrtNamespace, type Tensor } from '@trainyard/autograd';
import * as ort from 'onnxruntime-node';
import { describe, expect, it, vi } from 'vitest';
import { smallNetwork, smallSplit } from '../fit.cases.ts';
import { type ForwardContext, Module, parameterValues, runChild } from '../module.ts';
import { AdaptiveAvgPool2d, Conv2d, Flatten, Linear, Preprocess, Residual, Sequential } from '../nn/index.ts';
import { adamW } from '../optim/adam.ts';
import { sgd } from '../optim/sgd.ts';
import { type ProfileStepOptions, profileStep } from './profile-step.ts';
import type { ProfileRow, TimeShare } from './step-profile.ts';

const options = (more: Partial<ProfileStepOptions> = {}): ProfileStepOptions => ({
  ort,
  batchSize: 8,
  optimizer: adamW(),
  imageShape: [6, 6, 1],
  threads: 1,
  steps: 3,
  session: { logSeverityLevel: 4 },
  ...more,
});

const total = (times: readonly TimeShare[], of: 'nodes' | 'milliseconds' | 'share') =>
  times.reduce((sum, time) => sum + time[of], 0);
const partsOf = (rows: readonly ProfileRow[], module: string) =>
  [...new Set(rows.filter((row) => row.module === module).map(({ part }) => part))].sort();

/** Its own operator is in no module inside of it. */
class Doubled extends Module {
  readonly body: Module;

  constructor(body: Module) {
    super();
    this.body = body;
  }

  override forward(x: Tensor, context?: ForwardContext): Tensor {
    return mul(runChild('body', this.body, x, context), 2);
  }
}

describe('profileStep', () => {
  it('tells of every module that has nodes, by part and operator, the slowest first', async () => {
    const profile = await profileStep(
      smallNetwork(),
      options({ clipGradients: { norm: 1, value: 1 }, regularize: { l1: 1e-4, l2: 1e-4 } }),
    );
    const { rows, modules, operators, milliseconds } = profile;
    expect(profile).toMatchObject({ batchSize: 8, steps: 3 });
    for (const times of [rows, modules, operators]) {
      expect(total(times, 'share')).toBeCloseTo(1, 10);
      expect(total(times, 'milliseconds')).toBeCloseTo(milliseconds, 10);
      expect(total(times, 'nodes')).toBe(total(rows, 'nodes'));
      expect(times.map((time) => time.milliseconds)).toEqual(
        times.map((time) => time.milliseconds).sort((a, b) => b - a),
      );
    }
    for (const name of ['preprocess', 'relu1', 'pool1', 'flatten', 'dropout', 'loss', 'metrics', 'update'])
      expect(modules.map(({ module }) => module)).toContain(name);
    for (const name of ['conv1', 'norm1', 'classifier'])
      expect(partsOf(rows, name), name).toEqual(['backward', 'forward', 'update']);
    expect(partsOf(rows, 'loss')).toEqual(['loss']);
    expect(partsOf(rows, 'metrics')).toEqual(['metrics']);
    expect(partsOf(rows, 'preprocess')).toEqual(['forward']);
    expect(modules.find(({ module }) => module === 'conv1')).toMatchObject({ kind: 'Conv2d' });
    const { parts, milliseconds: time } = modules.find(({ module }) => module === 'classifier')!;
    expect(Object.values(parts).reduce((a, b) => a + b, 0)).toBeCloseTo(time, 10);
    expect(
      total(
        rows.filter(({ part }) => part === 'other'),
        'nodes',
      ),
    ).toBeLessThan(10);
  });

  it('knows inner modules, operators of the network itself, and names that look like its own', async () => {
    const inner = new Sequential({
      update: new Conv2d(1, 1, { kernelSize: 3, padding: 1 }),
      grad: new Conv2d(1, 1, { kernelSize: 3, padding: 1 }),
    });
    const network = new Sequential({
      preprocess: new Preprocess({ mean: [0.5], std: [0.5] }),
      block: new Residual(inner),
      pool: new AdaptiveAvgPool2d(2),
      flatten: new Flatten(),
      loss: new Linear(4, 3),
    });
    const { rows } = await profileStep(new Doubled(network), options({ optimizer: sgd() }));
    expect(partsOf(rows, '(network)')).toEqual(['backward', 'forward']);
    expect(partsOf(rows, 'body.block.body.grad')).toEqual(['backward', 'forward', 'update']);
    expect(partsOf(rows, 'body.block.body.update')).toContain('forward');
    expect(partsOf(rows, 'body.loss')).toEqual(['backward', 'forward', 'update']);
  });

  it('leaves the network as it is', async () => {
    const network = smallNetwork();
    const before = parameterValues(network);
    const { batchSize } = await profileStep(network, options({ pictures: smallSplit(5) }));
    expect(batchSize).toBe(5);
    const after = parameterValues(network);
    for (const [name, value] of Object.entries(before)) expect(after[name], name).toBe(value);
    expect([...network.namedParameters().values()].some(({ isBlank }) => isBlank)).toBe(true);
  });

  it('removes its files, also when it fails', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'trainyard-test-'));
    for (const name of ['TMPDIR', 'TEMP', 'TMP']) vi.stubEnv(name, folder);
    const seen: string[][] = [];
    const failing: OrtNamespace = {
      Tensor: ort.Tensor,
      InferenceSession: {
        async create() {
          seen.push(await readdir(folder));
          throw new Error('no kernel for Conv');
        },
      },
    };
    try {
      await profileStep(smallNetwork(), options());
      expect(await readdir(folder)).toEqual([]);
      await expect(profileStep(smallNetwork(), options({ ort: failing }))).rejects.toThrow('no kernel');
      expect(seen.at(-1)).toEqual([expect.stringMatching(/^trainyard-profile-/)]);
      expect(await readdir(folder)).toEqual([]);
    } finally {
      vi.unstubAllEnvs();
      await rm(folder, { recursive: true, force: true });
    }
  });

  it.each([
    ['steps', { steps: 0 }, 'profileStep: expected steps of at least 1, got 0'],
    ['batchSize', { batchSize: 1.5 }, 'profileStep: expected batchSize of at least 1, got 1.5'],
    ['threads', { threads: 0 }, 'profileStep: expected threads of at least 1, got 0'],
    ['seconds', { seconds: -1 }, 'profileStep: expected seconds from 0 to below Infinity, got -1'],
    [
      'labelSmoothing',
      { labelSmoothing: 1 },
      'profileStep: expected labelSmoothing from 0 to below 1, got 1',
    ],
    [
      'imageShape',
      { imageShape: undefined },
      'profileStep: expected pictures, or imageShape to draw some, got neither',
    ],
  ] as const)('refuses %s in one line', async (_, wrong, message) => {
    await expect(profileStep(smallNetwork(), options(wrong))).rejects.toThrow(new RegExp(`^${message}$`));
  });

  it('refuses an ONNX Runtime without a profiler', async () => {
    const without: OrtNamespace = {
      Tensor: ort.Tensor,
      InferenceSession: {
        create: async () => ({ run: async () => ({}), release: async () => undefined }),
      },
    };
    await expect(profileStep(smallNetwork(), options({ ort: without }))).rejects.toThrow(
      'profileStep: expected an ONNX Runtime that writes profiles, got one without endProfiling; use onnxruntime-node',
    );
  });
});
