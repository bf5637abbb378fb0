import { readFileSync } from 'node:fs';
import { tensorOf } from '@trainyard/autograd';
import { importNetwork } from '@trainyard/exporter/portable';
import { readModel } from '@trainyard/onnx-ir';
import * as ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { builtInPictures, bundleFile, bundleMissing, drawn } from '../../demo.cases.ts';
import { readStrokes, type Stroke } from '../ink/strokes.ts';
import { type Example, keepBack, labelsWith, repeated, splitOf } from './examples.ts';
import { type Lesson, learn } from './learn.ts';

const digits = [...'0123456789'];
const pixelsOf = (strokes: readonly Stroke[]) => readStrokes(strokes)!.pixels;

test('examples: every fourth of a class is kept back, few weigh as much as many, new labels come last', () => {
  const pixels = new Uint8Array(64);
  const examples = [...Array(5).fill('7'), 'a', 'a'].map((label: string): Example => ({ label, pixels }));
  const { toLearn, kept } = keepBack(examples);
  expect(kept.map(({ label }) => label)).toEqual(['7']);
  expect(toLearn.map(({ label }) => label).join('')).toBe('7777aa');
  expect(repeated(toLearn, 8).filter(({ label }) => label === 'a')).toHaveLength(8);
  expect(labelsWith(digits, examples)).toEqual([...digits, 'a']);
  expect(() => splitOf(examples, digits)).toThrow('expected one of 0, 1');
});

describe.skipIf(bundleMissing)(`learn${bundleMissing ?? ''}`, () => {
  const star = (k: number): Stroke[] =>
    [0, 1, 2].map((line) => {
      const angle = (line * Math.PI) / 3 + k / 20;
      const [x, y] = [Math.cos(angle) * 0.4, Math.sin(angle) * 0.4];
      return [
        { x: 0.5 - x, y: 0.5 - y },
        { x: 0.5 + x, y: 0.5 + y },
      ];
    });
  const many = (count: number, label: string, draw: (k: number) => Stroke[]): Example[] =>
    Array.from({ length: count }, (_, k) => ({ label, pixels: pixelsOf(draw(k)) }));
  const lesson = (examples: readonly Example[], more: Partial<Lesson> = {}): Lesson => ({
    model: readFileSync(bundleFile('float32.onnx')),
    labels: digits,
    examples,
    ...builtInPictures(),
    layers: 1,
    epochs: 6,
    seed: 1,
    ...more,
  });
  const shareRead = async (model: Uint8Array, wanted: number, pictures: readonly Uint8Array[]) => {
    const session = await ort.InferenceSession.create(model);
    let right = 0;
    for (const pixels of pictures) {
      const { logits } = await session.run({ pixels: new ort.Tensor('uint8', pixels, [1, 8, 8, 1]) });
      const numbers = [...(logits!.data as Float32Array)];
      if (numbers.indexOf(Math.max(...numbers)) === wanted) right++;
    }
    return right / pictures.length;
  };

  test('sevens without a bar, which it takes for ones, are read right; the digits stay', async () => {
    const seven = (k: number) => drawn(7, 2, k);
    const given = lesson(many(6, '7', seven));
    const steps: number[] = [];
    const learned = await learn(given, { ort, onProgress: ({ step }) => steps.push(step) });
    const others = Array.from({ length: 40 }, (_, k) => pixelsOf(seven(100 + k)));
    const before = await shareRead(given.model, 7, others);
    expect(before).toBeLessThan(0.9);
    expect(await shareRead(learned.model, 7, others)).toBeGreaterThan(Math.max(0.95, before));
    expect(learned.after.test).toBeGreaterThanOrEqual(0.97);
    expect(learned.after.kept).toBe(1);
    expect(learned.executor).toContain('compiled');
    expect(steps).toEqual(Array.from({ length: steps.length }, (_, i) => i + 1));
    // Only the last layer has changed.
    const [old, now] = [given.model, learned.model].map((bytes) =>
      importNetwork(readModel(bytes)).namedParameters(),
    );
    const changed = [...now!].filter(
      ([name, { value }]) => `${value.toArray()}` !== `${old!.get(name)!.value.toArray()}`,
    );
    expect(changed.map(([name]) => name).sort()).toEqual(['14.bias', '14.weight']);
    expect(learned.trained).toBe(2570);
    expect(learned.added).toBe(0);
  });

  test('a sign of its own is one more class, in the file and its labels', async () => {
    const given = lesson(many(5, '✶', star), { layers: 2, epochs: 4 });
    const learned = await learn(given, { ort });
    expect(learned.labels).toEqual([...digits, '✶']);
    expect(learned.before.learned).toBe(0);
    expect(learned.added).toBe(257);
    const others = Array.from({ length: 10 }, (_, k) => pixelsOf(star(k + 0.5)));
    expect(await shareRead(learned.model, 10, others)).toBeGreaterThan(0.8);
    expect(learned.after.test).toBeGreaterThanOrEqual(0.95);
    const model = readModel(learned.model);
    expect(JSON.parse(model.metadata.get('labels')!)).toEqual([...digits, '✶']);
    // What ONNX Runtime computes is what our own kernels compute.
    const pixels = others[0]!;
    const session = await ort.InferenceSession.create(learned.model);
    const { logits } = await session.run({ pixels: new ort.Tensor('uint8', pixels, [1, 8, 8, 1]) });
    const ours = importNetwork(model)
      .forward(tensorOf('uint8', [1, 8, 8, 1], pixels))
      .toArray() as number[];
    for (const [i, value] of ours.entries()) expect((logits!.data as Float32Array)[i]).toBeCloseTo(value, 4);
  });

  test('without ONNX Runtime our own kernels train, to the same result but for rounding', async () => {
    const given = lesson(
      many(2, '7', (k) => drawn(7, 2, k)),
      { epochs: 1 },
    );
    const short = {
      ...given,
      rehearsal: splitOf(
        many(8, '3', (k) => drawn(3, 0, k)),
        digits,
      ),
    };
    const [compiled, eager] = [await learn(short, { ort }), await learn(short)];
    expect(eager.executor).toBe('eager');
    expect(eager.history[0]!.loss).toBeCloseTo(compiled.history[0]!.loss, 4);
  });

  test('nothing to learn from is refused, and an abort is heard', async () => {
    await expect(learn(lesson([]), { ort })).rejects.toThrow();
    const controller = new AbortController();
    const running = learn(lesson(many(4, '7', (k) => drawn(7, 2, k))), {
      ort,
      signal: controller.signal,
      onProgress: () => controller.abort(new Error('enough')),
    });
    await expect(running).rejects.toThrow('enough');
  });
});
