import { describe, expect, test } from 'vitest';
import { Generator, mul, trace } from './index.ts';
import { philox } from './philox.ts';

const block = (counter: [number, number, number, number], key: [number, number]): string[] => {
  const out = new Uint32Array(4);
  philox(...counter, ...key, out);
  return Array.from(out, (word) => word.toString(16).padStart(8, '0'));
};

describe('Philox-4x32-10', () => {
  const f = 0xffffffff;
  // The known answers that the authors publish with their library.
  test.each([
    [[0, 0, 0, 0], [0, 0], '6627e8d5 e169c58d bc57ac4c 9b00dbd8'],
    [[f, f, f, f], [f, f], '408f276d 41c83b0e a20bc7c6 6d5451fd'],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      'd16cfe09 94fdcceb 5001e420 24126ea1',
    ],
  ] as const)('counter %j, key %j', (counter, key, expected) => {
    expect(block([...counter], [...key]).join(' ')).toBe(expected);
  });
});

describe('Generator', () => {
  const moments = (values: number[]): [number, number] => {
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    return [mean, values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length];
  };

  test('goes on from its state, which is plain data', () => {
    const a = new Generator(7);
    a.normal([5]);
    const b = new Generator(JSON.parse(JSON.stringify(a.state)));
    expect(b.uniform([9]).toArray()).toEqual(a.uniform([9]).toArray());
    expect(b.state).toEqual(a.state);
  });

  test('big and negative seeds each have their own stream', () => {
    const draws = [0, 1, -1, 2 ** 40, 2n ** 63n].map((seed) => new Generator(seed).words(4).join());
    expect(new Set(draws).size).toBe(5);
  });

  test('uniform is in [low, high) with the moments of its distribution', () => {
    const values = new Generator(1).uniform([20000], -1, 3).toArray();
    const [mean, variance] = moments(values);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(-1);
    expect(Math.max(...values)).toBeLessThan(3);
    expect(mean).toBeCloseTo(1, 1);
    expect(variance).toBeCloseTo(16 / 12, 1);
  });

  test('normal has mean and deviation as asked', () => {
    const [mean, variance] = moments(new Generator(2).normal([20001], 5, 2).toArray());
    expect(mean).toBeCloseTo(5, 1);
    expect(Math.sqrt(variance)).toBeCloseTo(2, 1);
  });

  test('bernoulli draws ones at its rate, and all or nothing at the ends', () => {
    const generator = new Generator(3);
    expect(moments(generator.bernoulli([20000], 0.3).toArray())[0]).toBeCloseTo(0.3, 1);
    expect(new Set(generator.bernoulli([100], 1).toArray())).toEqual(new Set([1]));
    expect(new Set(generator.bernoulli([100], 0).toArray())).toEqual(new Set([0]));
    expect(() => generator.bernoulli([1], 1.5)).toThrow('a probability in [0, 1], got 1.5');
  });

  test('integers cover their range, permutation holds every number once', () => {
    const generator = new Generator(4);
    expect(new Set(generator.integers(500, -2, 3))).toEqual(new Set([-2, -1, 0, 1, 2]));
    const order = generator.permutation(100);
    expect(order.toSorted().every((value, i) => value === i)).toBe(true);
    expect(order.every((value, i) => value === i)).toBe(false);
  });

  test('forks depend on the name, not on what was drawn', () => {
    const generator = new Generator(5);
    const before = generator.fork('augment').words(4);
    generator.words(8);
    expect(generator.fork('augment').words(4)).toEqual(before);
    expect(generator.fork('dropout').words(4)).not.toEqual(before);
    expect(generator.fork(1).words(4)).not.toEqual(generator.fork('1').words(4));
  });

  test('a traced function gets its draws as inputs, and tracing draws nothing', () => {
    const generator = new Generator(6);
    const traced = trace(({ x }) => ({ y: mul(x, generator.uniform([3])) }), {
      x: { dtype: 'float32', shape: [3] },
    });
    expect(generator.state.counter).toBe(0);
    expect(traced.hostInputs.map(({ name }) => name)).toEqual(['uniform']);
    expect(traced.hostInputs[0].produce().toArray()).toEqual(new Generator(6).uniform([3]).toArray());
  });

  test('says what is wrong with a seed or a state', () => {
    expect(() => new Generator(0.5)).toThrow('expected an integer seed, got 0.5');
    expect(() => new Generator({ key: [1, -2], counter: 0 })).toThrow('expected a state');
  });
});
