import { describe, expect, it } from 'vitest';
import { formatProfile } from './format-profile.ts';
import { type Origin, originOf } from './origins.ts';
import { nodeTimes } from './ort-profile.ts';
import { groupTimes } from './step-profile.ts';

const origin = (module: string, part: Origin['part']): Origin => ({ module, part });
const origins = new Map([
  ['network/conv1/Conv', origin('conv1', 'forward')],
  ['network/conv1/grad/MatMul', origin('conv1', 'backward')],
  ['network/conv1/grad/MatMul_1', origin('conv1', 'backward')],
  ['network/fc/Gemm', origin('fc', 'forward')],
  ['update/conv1.weight/Sub', origin('conv1', 'update')],
  ['loss/Exp', origin('loss', 'loss')],
]);

describe('originOf', () => {
  it.each([
    ['network/conv1/Conv', 'conv1'],
    ['network/conv1/grad/MatMul/MatmulTransposeFusion/', 'conv1'],
    ['network/conv1/grad/MatMul_1:out_nchwc', 'conv1'],
    ['fused network/fc/Gemm', 'fc'],
    ['network/fc/Gemm2', 'other'],
    ['ReorderInput_token_10', 'other'],
    ['Transpose', 'other'],
  ])('of %s is %s', (name, module) => {
    expect(originOf(name, origins).module).toBe(module);
  });
});

const event = (node: string, op_name: string, dur: number) => ({
  cat: 'Node',
  name: `${node}_kernel_time`,
  dur,
  args: { op_name },
});

describe('nodeTimes', () => {
  it('takes the median of the runs that count, and what one run called twice together', () => {
    const once = [900, 800, 10, 40, 20].map((dur) => event('a', 'Conv', dur));
    const twice = [900, 900, 800, 800, 1, 2, 3, 4, 5, 6].map((dur) => event('b', 'Mul', dur));
    const run = { cat: 'Session', name: 'model_run', dur: 5000 };
    expect(nodeTimes([...once, run, ...twice], 3)).toEqual([
      { name: 'a', opType: 'Conv', milliseconds: 0.02 },
      { name: 'b', opType: 'Mul', milliseconds: 0.007 },
    ]);
  });
});

describe('formatProfile', () => {
  const nodes = [
    ['network/conv1/Conv', 'FusedConv', 4],
    ['network/conv1/grad/MatMul', 'FusedMatMul', 1],
    ['network/conv1/grad/MatMul_1', 'FusedMatMul', 2],
    ['network/fc/Gemm', 'Gemm', 0.5],
    ['update/conv1.weight/Sub', 'Sub', 0.25],
    ['loss/Exp', 'Exp', 0.125],
    ['ReorderInput', 'ReorderInput', 0.125],
  ] as const;
  const kinds = new Map([
    ['conv1', 'Conv2d'],
    ['fc', 'Linear'],
  ]);
  const times = nodes.map(([name, opType, milliseconds]) => ({ name, opType, milliseconds }));
  const profile = { batchSize: 32, steps: 20, ...groupTimes(times, origins, kinds) };

  it('is a table by module and one by operator', () => {
    expect(`\n${formatProfile(profile)}`).toMatchInlineSnapshot(`
      "
      8.00 ms a step of 32 pictures, 7 nodes, medians of 20 steps

      module        part      operator      nodes     ms   share
      ──────────────────────────────────────────────────────────
      conv1 Conv2d                              4  7.250  90.6 %
                    forward   FusedConv         1  4.000  50.0 %
                    backward  FusedMatMul       2  3.000  37.5 %
                    update    Sub               1  0.250   3.1 %
      fc Linear                                 1  0.500   6.3 %
                    forward   Gemm              1  0.500   6.3 %
      loss                                      1  0.125   1.6 %
                    loss      Exp               1  0.125   1.6 %
      other                                     1  0.125   1.6 %
                    other     ReorderInput      1  0.125   1.6 %

      operator      nodes     ms   share
      ──────────────────────────────────
      FusedConv         1  4.000  50.0 %
      FusedMatMul       2  3.000  37.5 %
      Gemm              1  0.500   6.3 %
      Sub               1  0.250   3.1 %
      Exp               1  0.125   1.6 %
      ReorderInput      1  0.125   1.6 %
      "
    `);
  });

  it('tells of the quickest in one line', () => {
    const text = formatProfile(profile, { modules: 1, operators: 1 });
    expect(text).toMatch(/^conv1 Conv2d .* 7\.250 {2}90\.6 %$/m);
    expect(text).toMatch(/^ +2 others +3 {2}3\.250 {2}40\.6 %$/m);
    expect(text).toMatch(/^3 others +3 {2}0\.750 {3}9\.4 %$/m);
  });
});
