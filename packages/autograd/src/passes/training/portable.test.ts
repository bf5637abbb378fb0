import '@trainyard/testing';
import { createModel } from '@trainyard/onnx-ir';
import { describe, expect, test } from 'vitest';
import { interpret } from '../../interpret.ts';
import { ArgMax, add, cast, equal, logSoftmax, sign, transpose } from '../../ops/index.ts';
import { Generator } from '../../random.ts';
import { ones, type Tensor, tensor, tensorOf } from '../../tensor.ts';
import { type Tensors, type TensorTypes, trace } from '../../trace.ts';
import { eliminateDeadNodes } from '../eliminate-dead-nodes.ts';
import type { Pass } from '../pass.ts';
import { runPasses } from '../run-passes.ts';
import { castBeforeTranspose } from './cast-before-transpose.ts';
import { optimizeTraining } from './optimize-training.ts';
import { topClassOfInt32 } from './top-class-of-int32.ts';

/** The graph of a function after a rule, and what the rule did. */
function after(pass: Pass, fn: (inputs: Tensors) => Tensors, types: TensorTypes<Tensors>) {
  const model = createModel(trace(fn, types, { lower: false }).graph);
  const [report] = runPasses(model, [pass]);
  runPasses(model, [eliminateDeadNodes]);
  return { ...report, model, types: model.graph.nodes.map(({ opType }) => opType) };
}

describe('castBeforeTranspose', () => {
  const pictures = tensorOf(
    'uint8',
    [2, 3, 4, 1],
    Uint8Array.from({ length: 24 }, (_, i) => 10 * i),
  );
  const moved = ({ x }: Tensors) => transpose(x, [0, 3, 1, 2]);

  test('moves numbers, not bytes', () => {
    const fn = (given: Tensors) => ({ y: cast(moved(given), 'float32') });
    const { changed, types, model } = after(castBeforeTranspose, fn, { x: pictures });
    expect([changed, types]).toEqual([1, ['Cast', 'Transpose', 'Identity']]);
    const { y } = interpret(model.graph, { x: pictures });
    expect(y).toBeAllClose(fn({ x: pictures }).y);
  });

  test('refuses where the bytes are read as they are, and leaves numbers alone', () => {
    const both = (given: Tensors) => ({ y: cast(moved(given), 'float32'), z: moved(given) });
    const shared = (given: Tensors) => {
      const x = moved(given);
      return { y: cast(x, 'float32'), z: add(x, x) };
    };
    expect(after(castBeforeTranspose, both, { x: pictures }).changed).toBe(1);
    const { changed, refused } = after(castBeforeTranspose, shared, { x: pictures });
    expect([changed, refused[0].why]).toEqual([0, 'what it casts is read by Add too']);
    const numbers = (given: Tensors) => ({ y: cast(moved(given), 'int32') });
    expect(after(castBeforeTranspose, numbers, { x: ones([2, 3, 4, 1]) }).changed).toBe(0);
  });
});

describe('topClassOfInt32', () => {
  const logits = tensor([
    [1, 3, 3],
    [2, 2, 2],
    [-5, -7, -6],
    [0, 1, 0],
  ]);
  const top = (x: Tensor, attributes: object) => ArgMax.call([x], attributes)[0];

  test.each<[string, object, number[]]>([
    ['the first of several', { axis: 1, keepdims: 0 }, [1, 0, 0, 1]],
    ['the axis counted from the end', { axis: -1, keepdims: 0 }, [1, 0, 0, 2]],
    ['the last of several', { axis: 1, keepdims: 0, selectLastIndex: 1 }, [2, 2, 0, 1]],
  ])('%s', (_, attributes, labels) => {
    const y = tensorOf('int32', [4], Int32Array.from(labels));
    for (const swapped of [false, true]) {
      const fn = ({ x, y }: Tensors) => {
        const [a, b] = [top(x, attributes), cast(y, 'int64')];
        return { right: swapped ? equal(b, a) : equal(a, b) };
      };
      const { changed, types, model } = after(topClassOfInt32, fn, { x: logits, y });
      expect(changed).toBe(1);
      expect(types).not.toContain('ArgMax');
      const inputs = { x: logits, y };
      expect(interpret(model.graph, inputs).right.toArray()).toEqual(fn(inputs).right.toArray());
      expect(fn(inputs).right.toArray().slice(0, 3)).toEqual([1, 1, 1]);
    }
  });

  test('an axis before others, which is kept', () => {
    const x = new Generator(1).normal([2, 4, 3]);
    const y = tensorOf('int32', [2, 1, 3], Int32Array.from([0, 1, 2, 3, 0, 1]));
    const fn = ({ x, y }: Tensors) => ({
      right: equal(top(x, { axis: 1, keepdims: 1 }), cast(y, 'int64')),
    });
    const { changed, model } = after(topClassOfInt32, fn, { x, y });
    expect(changed).toBe(1);
    expect(interpret(model.graph, { x, y }).right).toBeAllClose(fn({ x, y }).right);
  });

  test('leaves labels of int64 alone, and refuses a number of classes without a value', () => {
    const wide = ({ x, y }: Tensors) => ({ right: equal(top(x, { axis: 1, keepdims: 0 }), y) });
    expect(after(topClassOfInt32, wide, { x: logits, y: tensor([1, 0, 0, 1], 'int64') }).changed).toBe(0);
    const named = ({ x, y }: Tensors) => ({
      right: equal(top(x, { axis: 1, keepdims: 0 }), cast(y, 'int64')),
    });
    const { changed, refused } = after(topClassOfInt32, named, {
      x: { dtype: 'float32', shape: [4, 'classes'] },
      y: { dtype: 'int32', shape: [4] },
    });
    expect([changed, refused[0].why]).toEqual([0, 'the number of classes is not known']);
  });
});

test('operators of ONNX that WebGPU lacks are lowered where there is none of our own, too', () => {
  const x = new Generator(1).normal([3, 4]);
  const fn = ({ x }: Tensors) => ({ y: logSoftmax(x), z: sign(x) });
  const { graph } = trace(fn, { x }, { lower: false });
  optimizeTraining(graph, 'portable');
  const types = graph.nodes.map(({ opType }) => opType);
  expect(types.filter((type) => type === 'LogSoftmax' || type === 'Sign')).toEqual([]);
  const results = interpret(graph, { x });
  for (const [name, expected] of Object.entries(fn({ x }))) expect(results[name]).toBeAllClose(expected);
});
