import '@trainyard/testing';
import { readModel } from '@trainyard/onnx-ir';
import * as ort from 'onnxruntime-node';
import { describe, expect, test, vi } from 'vitest';
import {
  add,
  cast,
  compile,
  defineOp,
  dropout,
  erf,
  Generator,
  gather,
  type InferInput,
  matMul,
  mul,
  type OrtNamespace,
  ones,
  ownDomain,
  relu,
  sum,
  type Tensor,
  type Tensors,
  tensor,
} from '../index.ts';
import { deaf } from './runtimes.cases.ts';

const session = { intraOpNumThreads: 1, logSeverityLevel: 4 };
const copy = (tensors: Tensors) =>
  Object.fromEntries(Object.entries(tensors).map(([name, x]) => [name, x.toArray()]));

/** A step with a state: p ← p − lr · x, and a number that is no state. */
const step = ({ p, x, rate }: { p: Tensor; x: Tensor; rate: Tensor }) => ({
  p: add(p, mul(mul(x, rate), -1)),
  total: sum(mul(p, x)),
});

/** An operator that ONNX lacks: `factor` times x. */
const scaling = (type: string, factor: number, lower?: (inputs: readonly Tensor[]) => Tensor[]) =>
  defineOp({
    type,
    domain: ownDomain,
    infer: ([{ dtype, shape }]: readonly InferInput[]) => [{ dtype, shape }],
    kernel: ([x], _, [y]) => {
      for (let i = 0; i < x.size; i++) y.data[i] = factor * Number(x.data[i]);
    },
    ...(lower && { lower }),
  });

const Twice = scaling('Twice', 2, ([x]) => [add(x, x)]);
const Triple = scaling('Triple', 3);

/** Sessions that were made and not released. */
function counting(): OrtNamespace & { open: number; made: number } {
  const counts = {
    open: 0,
    made: 0,
    Tensor: ort.Tensor,
    InferenceSession: {
      async create(model: Uint8Array, options?: object) {
        const inner = await ort.InferenceSession.create(model, options);
        counts.open++;
        counts.made++;
        return {
          run: inner.run.bind(inner) as never,
          release: () => {
            counts.open--;
            return inner.release();
          },
        };
      },
    },
  };
  return counts;
}

describe('compile', () => {
  test('gives the numbers of the function, of every element type', async () => {
    const fn = ({ x, i, b }: Tensors) => ({ y: relu(matMul(x, x)), x, i, b, twice: add(i, i) });
    const run = compile(fn, { ort, session });
    const inputs = {
      x: tensor([
        [1, -2],
        [-3, 4],
      ]),
      i: tensor([1, 2, 3], 'int64'),
      b: tensor([1, 0], 'bool'),
    };
    expect(copy(await run(inputs))).toEqual(copy(fn(inputs)));
    expect(run.fallback()).toBeUndefined();
    await run.dispose();
  });

  test('feeds state back without copies: two sets of buffers take turns', async () => {
    const run = compile(step, { ort, session });
    const x = tensor([1, 2]);
    const rate = tensor(0.5);
    let p = tensor([10, 10]);
    const seen: Tensor[] = [];
    const totals: number[] = [];
    for (let i = 0; i < 5; i++) {
      const before = p.toArray();
      const after = await run({ p, x, rate });
      // What a call reads stays as it was.
      expect(p.toArray()).toEqual(before);
      totals.push(after.total.item());
      p = after.p;
      seen.push(p);
    }
    expect(p.toArray()).toEqual([7.5, 5]);
    expect(totals).toEqual([30, 27.5, 25, 22.5, 20]);
    expect(seen[2].data).toBe(seen[0].data);
    expect(seen[3].data).toBe(seen[1].data);
    expect(seen[1].data).not.toBe(seen[0].data);
    await run.dispose();
  });

  test('a result that is fed again later keeps its memory, and so does the one before the call', async () => {
    const run = compile(({ x }) => ({ y: mul(x, 2) }), { ort, session });
    const first = (await run({ x: tensor([1, 2]) })).y;
    const second = (await run({ x: first })).y;
    const third = (await run({ x: first })).y;
    expect([first, second, third].map((y) => y.toArray())).toEqual([
      [2, 4],
      [4, 8],
      [4, 8],
    ]);
    expect(new Set([first.data, second.data, third.data]).size).toBe(3);
    await run.dispose();
  });

  test('draws the numbers that the function draws eagerly, in their order, run for run', async () => {
    const make = (generator: Generator) => (inputs: { x: Tensor }) => {
      const a = dropout(inputs.x, 0.5, generator);
      return { a, b: mul(generator.normal([4]), dropout(inputs.x, 0.25, generator)) };
    };
    const [ours, theirs] = [new Generator(3), new Generator(3)];
    const eager = make(theirs);
    const run = compile(make(ours), { ort, session });
    const x = tensor([1, 2, 3, 4]);
    for (let i = 0; i < 3; i++) {
      const expected = eager({ x });
      const { a, b } = await run({ x });
      expect(a.toArray()).toEqual(expected.a.toArray());
      expect(b).toBeAllClose(expected.b, { relative: 1e-6 });
      expect(ours.state).toEqual(theirs.state);
    }
    await run.dispose();
  });

  test('makes one session a signature, and releases them', async () => {
    const counts = counting();
    const run = compile(({ x }) => ({ y: mul(x, 3) }), { ort: counts, session });
    for (const x of [tensor([1, 2]), tensor([3]), tensor([4, 5]), tensor([6])])
      expect((await run({ x })).y.toArray()).toEqual(x.toArray().map((v) => 3 * v));
    expect(counts).toMatchObject({ made: 2, open: 2 });
    await run.dispose();
    expect(counts.open).toBe(0);
    await expect(run({ x: tensor([1]) })).rejects.toThrow('a call after dispose; compile it again');
  });

  test('calls that come at once wait for each other', async () => {
    const counts = counting();
    const run = compile(({ x }) => ({ y: mul(x, 2) }), { ort: counts, session });
    const [a, b] = await Promise.all([run({ x: tensor([1]) }), run({ x: tensor([2]) })]);
    expect([a.y.item(), b.y.item(), counts.made]).toEqual([2, 4, 1]);
    await run.dispose();
  });

  test('optimizes the graph unless told not to, with the same results', async () => {
    const sizes: number[] = [];
    const watching: OrtNamespace = {
      Tensor: ort.Tensor,
      InferenceSession: {
        create(model, options) {
          sizes.push(readModel(model).graph.nodes.length);
          return ort.InferenceSession.create(model, options) as never;
        },
      },
    };
    const thrice = ({ x }: Tensors) => ({ y: add(Twice.call([mul(x, x)])[0], mul(x, x)) });
    for (const optimize of [undefined, false]) {
      const run = compile(thrice, { ort: watching, session, optimize });
      expect((await run({ x: tensor([-2, 3]) })).y.toArray()).toEqual([12, 27]);
      await run.dispose();
    }
    expect(sizes).toEqual([3, 4]);
  });

  test('works with a runtime that does not write to the tensors it is given', async () => {
    const run = compile(step, { ort: deaf, session });
    let p = tensor([10, 10]);
    for (let i = 0; i < 3; i++) ({ p } = await run({ p, x: tensor([1, 2]), rate: tensor(1) }));
    expect(p.toArray()).toEqual([7, 4]);
    await run.dispose();
  });
});

describe('falls back to eager, and says why', () => {
  const cases: [what: string, fn: (inputs: Tensors) => Tensors, line: string | RegExp][] = [
    [
      'an operator without a form in ONNX',
      ({ x }) => ({ y: Triple.call([x])[0] }),
      'compile: runs eagerly, because Triple: expected a form in ONNX, got none; give its definition a `lower`',
    ],
    [
      'a branch on elements',
      ({ x }) => ({ y: x.data[0] > 0 ? mul(x, 3) : x }),
      /^compile: runs eagerly, because tensor.data: .*a traced float32\[2\]/,
    ],
    [
      'an operator that ONNX Runtime lacks for an element type',
      ({ x }) => ({ y: mul(x, 3), z: erf(cast(x, 'float64')) }),
      /^compile: runs eagerly, because .*Erf/,
    ],
  ];

  test.each(cases)('%s', async (_, fn, line) => {
    const lines: string[] = [];
    const run = compile(fn, { ort, session, onFallback: (text) => lines.push(text) });
    for (let i = 0; i < 2; i++) expect((await run({ x: tensor([1, 2]) })).y.toArray()).toEqual([3, 6]);
    expect(lines).toEqual([expect.stringMatching(line)]);
    expect(run.fallback()).toBe(lines[0]);
    await run.dispose();
  });

  test('signatures after the first few; those keep their sessions', async () => {
    const lines: string[] = [];
    const counts = counting();
    const onFallback = (line: string) => void lines.push(line);
    const run = compile(({ x }) => ({ y: sum(x) }), { ort: counts, session, onFallback, maxSignatures: 2 });
    for (const length of [1, 2, 3, 4, 1]) expect((await run({ x: ones([length]) })).y.item()).toBe(length);
    expect(lines).toEqual(['compile: runs eagerly, because more than 2 signatures of inputs came']);
    expect(counts.made).toBe(2);
    await run.dispose();
  });

  test("but not for the function's own errors, nor for those of a run", async () => {
    const onFallback = vi.fn();
    const run = compile(({ x, y }) => ({ z: add(x, y) }), { ort, session, onFallback });
    await expect(run({ x: ones([2]), y: ones([3]) })).rejects.toThrow('shapes that broadcast');
    expect(onFallback).not.toHaveBeenCalled();
    const gathered = compile(({ x, at }) => ({ y: gather(x, at) }), { ort, session });
    await expect(gathered({ x: ones([2]), at: tensor([5], 'int64') })).rejects.toThrow(/Gather/);
    expect((await gathered({ x: ones([2]), at: tensor([1], 'int64') })).y.toArray()).toEqual([1]);
    await Promise.all([run.dispose(), gathered.dispose()]);
  });
});
