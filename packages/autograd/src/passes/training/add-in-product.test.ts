import '@trainyard/testing';
import { createModel } from '@trainyard/onnx-ir';
import { runInOrt } from '@trainyard/testing';
import { describe, expect, test } from 'vitest';
import { add, gemm, mul, relu } from '../../ops/index.ts';
import { Generator } from '../../random.ts';
import { type Tensors, trace } from '../../trace.ts';
import { runPasses } from '../run-passes.ts';
import { addInProduct } from './add-in-product.ts';
import { optimizeTraining } from './optimize-training.ts';

const generator = new Generator(11);
const inputs = { a: generator.normal([4, 6]), b: generator.normal([4, 5]), v: generator.normal([6, 5]) };
const product = ({ a, b }: Tensors) => gemm(a, b, undefined, { transA: true, alpha: 2 });

/** What the rule does to a function, and whether it still gives the same numbers. */
async function applied(fn: (inputs: Tensors) => Tensors) {
  const { graph } = trace(fn, inputs, { lower: false });
  const [report] = runPasses(createModel(graph), [addInProduct]);
  optimizeTraining(graph);
  const results = await runInOrt(graph, inputs);
  for (const [name, expected] of Object.entries(fn(inputs)))
    expect(results[name], name).toBeAllClose(expected, { relative: 1e-5, absolute: 1e-5 });
  return report;
}

describe('addInProduct', () => {
  test.each<[string, (inputs: Tensors) => Tensors]>([
    ['after what is scaled', (x) => ({ y: add(mul(x.v, 0.9), product(x)) })],
    ['before it', (x) => ({ y: add(product(x), mul(x.v, 0.9)) })],
  ])('adds to the scaled matrix within the product, which came %s', async (_, fn) => {
    expect(await applied(fn)).toMatchObject({ changed: 1, refused: [] });
  });

  test('refuses a product that is read elsewhere', async () => {
    const report = await applied((x) => {
      const shared = product(x);
      return { y: add(mul(x.v, 0.9), shared), z: relu(shared) };
    });
    expect(report).toMatchObject({ changed: 0 });
    expect(report.refused[0].why).toMatch(/read elsewhere/);
  });

  test.each<[string, (inputs: Tensors) => Tensors]>([
    ['a factor that is no constant', (x) => ({ y: add(mul(x.v, x.v), product(x)) })],
    [
      'a product that adds already',
      (x) => ({ y: add(mul(x.v, 0.9), gemm(x.a, x.b, x.v, { transA: true })) }),
    ],
  ])('leaves %s', async (_, fn) => {
    expect(await applied(fn)).toMatchObject({ changed: 0, refused: [] });
  });
});
