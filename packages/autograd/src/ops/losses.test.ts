import { runInOrt } from '@trainyard/testing';
import { describe, expect, test } from 'vitest';
import {
  binaryCrossEntropy,
  checkGrads,
  crossEntropy,
  dropout,
  Generator,
  meanSquaredError,
  mul,
  silu,
  sum,
  type Tensor,
  tensor,
  trace,
  valueAndGrad,
} from '../index.ts';

const generator = new Generator(11);
const logits = generator.uniform([4, 3], -2, 2);
const labels = tensor([2, 0, 1, 1], 'int32');
const targets = generator.uniform([4, 3]);

const rows = (x: Tensor): number[][] => [0, 1, 2, 3].map((n) => x.toArray().slice(n * 3, n * 3 + 3));
const logSumExp = (row: number[]): number => Math.log(row.reduce((total, x) => total + Math.exp(x), 0));
const mean = (numbers: number[]): number => numbers.reduce((a, b) => a + b, 0) / numbers.length;

describe('crossEntropy', () => {
  test('is the mean of −log softmax at the label', () => {
    const expected = mean(rows(logits).map((row, n) => logSumExp(row) - row[labels.toArray()[n]]));
    expect(crossEntropy(logits, labels).item()).toBeCloseTo(expected, 6);
  });

  test('label smoothing moves a part of the target to all classes', () => {
    const smoothing = 0.3;
    const expected = mean(
      rows(logits).map(
        (row, n) => logSumExp(row) - (1 - smoothing) * row[labels.toArray()[n]] - smoothing * mean(row),
      ),
    );
    expect(crossEntropy(logits, labels, { labelSmoothing: smoothing }).item()).toBeCloseTo(expected, 6);
  });

  test('stays finite for logits far apart', () => {
    expect(crossEntropy(tensor([[1e4, -1e4]]), tensor([1], 'int32')).item()).toBeCloseTo(2e4, 0);
  });
});

test('meanSquaredError and binaryCrossEntropy are what their formulas say', () => {
  const [x, t] = [logits.toArray(), targets.toArray()];
  expect(meanSquaredError(logits, targets).item()).toBeCloseTo(mean(x.map((v, i) => (v - t[i]) ** 2)), 6);
  const sigmoid = (v: number) => 1 / (1 + Math.exp(-v));
  const entropy = (v: number, i: number) =>
    -t[i] * Math.log(sigmoid(v)) - (1 - t[i]) * Math.log(1 - sigmoid(v));
  expect(binaryCrossEntropy(logits, targets).item()).toBeCloseTo(mean(x.map(entropy)), 6);
});

const losses: Record<string, (x: Tensor) => Tensor> = {
  crossEntropy: (x) => crossEntropy(x, labels, { labelSmoothing: 0.1 }),
  binaryCrossEntropy: (x) => binaryCrossEntropy(x, mul(x, 0.1)),
  meanSquaredError: (x) => meanSquaredError(x, mul(x, x)),
  silu: (x) => sum(silu(x)),
};

test.each(Object.entries(losses))(
  '%s: gradients agree with differences and with ONNX Runtime',
  async (_, loss) => {
    checkGrads(loss, [logits], { order: 2 });
    checkGrads(loss, [logits], { dtype: 'float32' });
    const step = ({ x }: { x: Tensor }) => {
      const [value, dx] = valueAndGrad(loss)(x);
      return { value, dx };
    };
    const fetched = await runInOrt(trace(step, { x: logits }).graph, { x: logits });
    const eager = step({ x: logits });
    expect(fetched.value).toBeAllClose(eager.value, { relative: 1e-4 });
    expect(fetched.dx).toBeAllClose(eager.dx, { relative: 1e-4, absolute: 1e-6 });
  },
);

test('dropout keeps the mean, and gives the traced graph the same mask', async () => {
  const x = generator.uniform([2000], 1, 2);
  const dropped = dropout(x, 0.25, new Generator(5));
  const zeros = dropped.toArray().filter((value) => value === 0).length;
  expect(zeros / 2000).toBeCloseTo(0.25, 1);
  expect(mean(dropped.toArray())).toBeCloseTo(mean(x.toArray()), 1);

  const draws = new Generator(5);
  const { graph, hostInputs } = trace((inputs) => ({ y: dropout(inputs.x, 0.25, draws) }), { x });
  const masks = Object.fromEntries(hostInputs.map(({ name, produce }) => [name, produce()]));
  expect((await runInOrt(graph, { x, ...masks })).y).toBeAllClose(dropped);
});
