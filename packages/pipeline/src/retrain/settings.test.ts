import { describe, expect, test } from 'vitest';
import { type PipelineInput, parsePipeline, sectionsOf } from '../config.ts';
import { checkClassFloors } from './check-settings.ts';

const base = {
  name: 'digits',
  dataset: { name: 'glyphs', train: 100, drift: 0.5 },
  train: { epochs: 1, learningRate: 0.1 },
  quantize: [{ name: 'int8', method: 'static' }],
  targets: ['node', 'web'],
} satisfies PipelineInput;
type Retrain = NonNullable<PipelineInput['retrain']>;
const parse = (retrain: Retrain) => parsePipeline('config', { ...base, retrain });

describe('the section retrain', () => {
  test('has defaults for all', () => {
    expect(parsePipeline('config', base).retrain).toEqual({
      start: 'cold',
      data: { keep: 'current', weight: 1 },
      when: { newPictures: 1, drift: { maxIndex: 0.25, maxDistance: 0.15, alpha: 0.01, minCount: 50 } },
      promote: { by: 'automatic', require: 'better', alpha: 0.05, maxDrop: 0.005, prefer: {}, budgets: {} },
    });
  });

  test.each<[string, unknown, string]>([
    ['a start', { start: 'hot' }, 'config: expected retrain.start: ("cold" | "warm"), got "hot"'],
    ['a window of nothing', { data: { keep: { newest: 0 } } }, 'retrain.data.keep'],
    ['a weight', { data: { weight: 2 } }, 'config: expected retrain.data.weight: <=1, got 2'],
    ['no new pictures', { when: { newPictures: 0 } }, 'retrain.when.newPictures'],
    ['drift', { when: { drift: true } }, 'retrain.when.drift'],
    ['a feature', { when: { drift: { features: ['hue'] } } }, 'retrain.when.drift'],
    ['who promotes', { promote: { by: 'me' } }, 'retrain.promote.by'],
    ['a target', { promote: { budgets: { phone: {} } } }, 'retrain.promote.budgets.phone'],
    ['a budget', { promote: { budgets: { web: { maxMegabytes: 1 } } } }, 'maxMegabytes'],
    [
      'a target that is not released to',
      { promote: { budgets: { embedded: { maxBytes: 1 } } } },
      'config: expected retrain.promote.budgets for targets of the pipeline (node, web), got embedded; add it to targets, or remove it here',
    ],
    [
      'a latency in a browser',
      { promote: { budgets: { web: { maxLatencyMs: 5 } } } },
      'config: expected retrain.promote.budgets with maxLatencyMs for node alone, got one for web; latency is measured in ONNX Runtime for Node on the machine that makes the bundle; give web a maxBytes, or measure it there',
    ],
    [
      'a variant',
      { promote: { prefer: { web: 'int9' } } },
      'config: expected retrain.promote.prefer.web to be one of accuracy, speed, size, float32, int8, got int9; name what it prefers, or a variant',
    ],
  ])('refuses %s', (_, retrain, message) => {
    expect(() => parse(retrain as Retrain)).toThrow(message);
  });

  test('takes what targets prefer and allow', () => {
    const promote = {
      prefer: { web: 'size', node: 'int8' },
      budgets: { node: { maxLatencyMs: 5 }, web: { maxBytes: 20_000 } },
    };
    expect(parse({ promote }).retrain.promote).toMatchObject(promote);
  });

  test('floors are for classes that there are', () => {
    const { promote } = parse({ promote: { minClassAccuracy: { cat: 0.9 } } }).retrain;
    expect(() => checkClassFloors('digits', promote, ['cat', 'dog'])).not.toThrow();
    expect(() => checkClassFloors('digits', promote, ['dog', 'cow'])).toThrow(
      'digits: expected retrain.promote.minClassAccuracy for classes of the dataset (dog, cow), got cat; rename it',
    );
    expect(() =>
      checkClassFloors('digits', parse({ promote: { minClassAccuracy: 0.9 } }).retrain.promote, ['dog']),
    ).not.toThrow();
  });
});

describe('sections of the stages', () => {
  const changed: Retrain = {
    start: 'warm',
    data: { keep: 'all' },
    when: { maxAgeDays: 3 },
    promote: { by: 'approval' },
  };

  test('are the same whatever the section retrain says, without a parent', () => {
    expect(sectionsOf(parse(changed))).toEqual(sectionsOf(parsePipeline('config', base)));
  });

  test('tell of the parent, and of what training takes from it', () => {
    const bundle = `sha256:${'1'.repeat(64)}`;
    const first = sectionsOf(parse(changed));
    const again = sectionsOf(parse(changed), { bundle, start: 'warm' });
    expect(again.data).toEqual({ ...first.data, old: { keep: 'all', weight: 1, seed: 1 } });
    expect(again.train).toEqual({ ...first.train, start: 'warm' });
    expect(again.package).toMatchObject({ parent: bundle });
    expect(again.package.configDigest).not.toBe(first.package.configDigest);
    const cold = sectionsOf(parse({ data: { keep: 'current' } }), { bundle, start: 'cold' });
    expect(cold.train).toEqual(first.train);
    expect(cold.data).toEqual(first.data);
    // When to train, and who may promote, is no part of what is trained.
    const rest = { ...changed, when: {}, promote: {} };
    expect(sectionsOf(parse(rest), { bundle, start: 'warm' })).toEqual(again);
  });

  test('do not hang on the order of keys, in which a database may return a config', () => {
    const pipeline = parse({ ...changed });
    const reversed = JSON.parse(JSON.stringify(pipeline), (_, value) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).reverse())
        : value,
    );
    expect(JSON.stringify(reversed)).not.toBe(JSON.stringify(pipeline));
    const text = (value: unknown) => JSON.stringify(sectionsOf(parsePipeline('record', value)));
    expect(text(reversed)).toBe(text(pipeline));
  });
});
