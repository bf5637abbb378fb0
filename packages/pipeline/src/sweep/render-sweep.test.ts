import type { SweepConfig } from '@trainyard/jobs';
import { describe, expect, test } from 'vitest';
import { metricAxis, settingAxis } from './axis.ts';
import { renderSweep } from './render-sweep.ts';
import { type ShownTrial, settingText, shortNames } from './shown-sweep.ts';
import { trialTable } from './trial-table.ts';

const evil = '<script>alert(1)</script>';
const config: SweepConfig = {
  method: 'random',
  trials: 4,
  seed: 1,
  metric: { name: 'validation/accuracy', goal: 'max' },
  space: {
    'train.learningRate': { min: 0.001, max: 1, scale: 'log' },
    'train.batchSize': { values: [32, 8, 16] },
    network: { values: ['./network.ts', evil] },
  },
};
const trial = (number: number, value: number | undefined, learningRate = 0.01): ShownTrial => ({
  trial: number,
  rung: 0,
  parameters: { 'train.learningRate': learningRate, 'train.batchSize': 8, network: evil },
  status: value === undefined ? 'failed' : 'succeeded',
  ...(value !== undefined && { value }),
  epochs: 3,
  seconds: 1.25,
});
const trials = [trial(0, 0.5), trial(1, undefined), trial(2, 0.975, 0.1), trial(3, 0.9)];

describe('renderSweep', () => {
  test('says what was best, draws it for wide and narrow screens, and escapes what it is given', () => {
    const page = renderSweep({ name: evil, config, trials });
    expect(page).toContain(
      'The best is trial 2: accuracy 97.50\u00a0% with network &lt;script&gt;alert(1)&lt;/script&gt;, batchSize 8, learningRate 0.1.',
    );
    expect(page.match(/<svg role="img"/g)).toHaveLength(2);
    expect(page).not.toContain('<script');
    expect(page).not.toMatch(/(src|href)="(?!#)/);
    expect(page.match(/class="winner"/g)).toHaveLength(1);
  });

  test('one or two settings are points, three are lines', () => {
    const { 'train.learningRate': rate, 'train.batchSize': batch } = config.space;
    const drawn = (space: SweepConfig['space']) =>
      /class="dot"/.test(renderSweep({ name: 'a', config: { ...config, space }, trials }));
    expect(drawn({ 'train.learningRate': rate! })).toBe(true);
    expect(drawn({ 'train.learningRate': rate!, 'train.batchSize': batch! })).toBe(true);
    expect(drawn(config.space)).toBe(false);
  });

  test('of a sweep that has not begun, or of which nothing came, says so', () => {
    expect(renderSweep({ name: 'a', config, trials: [] })).toContain('No trial has begun.');
    const failed = renderSweep({ name: 'a', config, trials: [trial(0, undefined)] });
    expect(failed).toContain('1 trial, drawn at random. None has given a figure.');
  });
});

describe('axes', () => {
  test('a logarithmic one gives each factor of ten the same room', () => {
    const { ticks, places } = settingAxis(
      'x',
      'train.learningRate',
      config.space['train.learningRate']!,
      trials,
    );
    expect(ticks.map(({ text }) => text)).toEqual(['0.001', '0.01', '0.1', '1']);
    expect(ticks.map(({ at }) => at.toFixed(4))).toEqual(['0.0000', '0.3333', '0.6667', '1.0000']);
    expect(places[2]).toBeCloseTo(2 / 3);
  });

  test('numbers to choose from stand in their order, and trials of one beside each other', () => {
    const { ticks, places } = settingAxis('x', 'train.batchSize', config.space['train.batchSize']!, trials);
    expect(ticks.map(({ text }) => text)).toEqual(['8', '16', '32']);
    expect(new Set(places).size).toBe(4);
    for (const place of places) expect(place).toBeLessThan(1 / 3);
  });

  test('the figures have round ends, also where there is one or none', () => {
    const ends = (shown: ShownTrial[]) => metricAxis('accuracy', shown).ticks.map(({ text }) => text);
    expect(ends(trials)).toEqual(['50 %', '60 %', '70 %', '80 %', '90 %', '100 %']);
    expect(ends([trial(0, 0.5)]).length).toBeGreaterThan(1);
    expect(ends([trial(0, 0)]).length).toBeGreaterThan(1);
    expect(metricAxis('accuracy', [trial(0, 0)]).places).toEqual([0]);
    expect(metricAxis('accuracy', [trial(1, undefined)]).places).toEqual([undefined]);
  });
});

test('a table for the terminal has the best first and marks it', () => {
  const lines = trialTable({ name: 'a', config, trials }).split('\n');
  expect(lines[2]).toMatch(/★ .* 2 .* 0\.1 .* 97\.50 % .* 1\.3 .* succeeded/);
  expect(lines[5]).toMatch(/ 1 .* – .* failed/);
});

test('settings in few words', () => {
  expect(settingText({ type: 'sgd', momentum: 0.9 })).toBe('sgd (momentum 0.9)');
  expect(settingText({ type: 'adam' })).toBe('adam');
  expect(settingText({ norm: 0.123456 })).toBe('norm 0.1235');
  expect(settingText([1, null, true])).toBe('1, null, true');
  expect([...shortNames(['train.step.every', 'train.a', 'seed.a']).values()]).toEqual([
    'every',
    'train.a',
    'seed.a',
  ]);
});
