import { checkModel, cloneModel, createModel, Graph, type Model, Value } from '@trainyard/onnx-ir';
import { constant, float, int, ints, node, output, relu } from '@trainyard/testing/graphs';
import { describe, expect, it } from 'vitest';
import { maxDifference, run } from '../foreign-models.cases.ts';
import { noise } from '../quantize/helpers.cases.ts';
import { fuseConvBatchNorm } from './fuse-conv-batch-norm.ts';

const isNorm = ({ opType }: { opType: string }) => opType === 'BatchNormalization';

/** x → the layer → BatchNormalization → y */
function network(shape: number[], channels: number, layer: (graph: Graph, x: Value) => Value) {
  const graph = new Graph('g');
  const x = new Value('x', { dtype: 'float32', shape: ['n', ...shape] });
  graph.inputs.push(x);
  const h = layer(graph, x);
  const part = (name: string, seed: number) =>
    constant(
      graph,
      name,
      [channels],
      noise(channels, seed).map((v) => v * v + 0.3),
    );
  const statistics = [part('scale', 11), part('offset', 12), part('mean', 13), part('variance', 14)];
  output(graph, node(graph, 'BatchNormalization', [h, ...statistics], 'y', { epsilon: float(1e-3) }));
  return { graph, h, model: createModel(graph) };
}

const weights = (graph: Graph, name: string, dims: number[], seed: number) =>
  constant(
    graph,
    name,
    dims,
    noise(
      dims.reduce((a, b) => a * b, 1),
      seed,
    ),
  );

const conv = (graph: Graph, x: Value): Value =>
  node(graph, 'Conv', [x, weights(graph, 'w', [6, 4, 3, 3], 1), weights(graph, 'b', [6], 2)], 'conv', {
    pads: ints(1, 1, 1, 1),
  });

async function expectSameNumbers(before: Model, after: Model, shape: number[]): Promise<void> {
  checkModel(after);
  const x = noise(2 * shape.reduce((a, b) => a * b, 1), 5);
  const [expected, got] = [await run(before, x, [2, ...shape]), await run(after, x, [2, ...shape])];
  expect(maxDifference(got, expected)).toBeLessThan(1e-5);
}

describe('fuseConvBatchNorm', () => {
  it.each([
    ['Conv', [4, 5, 5], 6, conv],
    [
      'a grouped Conv without bias',
      [4, 5, 5],
      6,
      (graph, x) => node(graph, 'Conv', [x, weights(graph, 'w', [6, 2, 3, 3], 1)], 'conv', { group: int(2) }),
    ],
    [
      'a grouped ConvTranspose',
      [4, 3, 3],
      6,
      (graph, x) =>
        node(
          graph,
          'ConvTranspose',
          [x, weights(graph, 'w', [4, 3, 2, 2], 1), weights(graph, 'b', [6], 2)],
          'up',
          {
            group: int(2),
            strides: ints(2, 2),
          },
        ),
    ],
    [
      'Gemm with transB and beta',
      [4],
      6,
      (graph, x) =>
        node(graph, 'Gemm', [x, weights(graph, 'w', [6, 4], 1), weights(graph, 'b', [1, 6], 2)], 'gemm', {
          transB: int(1),
          alpha: float(0.5),
          beta: float(2),
        }),
    ],
    [
      'Gemm with a scalar bias',
      [4],
      6,
      (graph, x) =>
        node(graph, 'Gemm', [x, weights(graph, 'w', [4, 6], 1), weights(graph, 'b', [], 2)], 'gemm'),
    ],
  ] as [string, number[], number, (graph: Graph, x: Value) => Value][])(
    'folds it into %s',
    async (_, shape, channels, layer) => {
      const { model } = network(shape, channels, layer);
      const fused = cloneModel(model);
      expect(fuseConvBatchNorm.run(fused)).toEqual({ changed: 1, refused: [] });
      expect(fused.graph.nodes.some(isNorm)).toBe(false);
      expect(fused.graph.outputs[0].name).toBe('y');
      await expectSameNumbers(model, fused, shape);
    },
  );

  it('leaves a weight that two layers share as it was for the other', async () => {
    const { model } = network([4, 5, 5], 4, (graph, x) => {
      const w = weights(graph, 'w', [4, 4, 1, 1], 1);
      const first = node(graph, 'Conv', [x, w], 'first');
      return node(graph, 'Conv', [first, w], 'second');
    });
    const fused = cloneModel(model);
    expect(fuseConvBatchNorm.run(fused).changed).toBe(1);
    await expectSameNumbers(model, fused, [4, 5, 5]);
  });

  it.each([
    [
      'others read',
      ({ graph, h }) => output(graph, relu(graph, h, 'other')),
      'others read the result of Conv too',
    ],
    ['the result is an output', ({ graph, h }) => output(graph, h), 'others read the result of Conv too'],
    [
      'statistics are inputs',
      ({ graph }) => graph.inputs.push(graph.initializers.find(({ name }) => name === 'mean')!),
      'its statistics are not constant',
    ],
    [
      'the weight is an input',
      ({ graph }) => graph.inputs.push(graph.initializers[0]),
      'the weight or the bias of Conv is not constant',
    ],
    [
      'it is in training',
      ({ graph }) => graph.nodes.find(isNorm)!.attributes.set('training_mode', int(1)),
      'it is in training mode',
    ],
    [
      'something else is before it',
      ({ graph, h }) =>
        graph.nodes.find(isNorm)!.setInput(0, graph.nodes[0].outputs[0] === h ? graph.inputs[0] : h),
      'no node of this graph computes its input',
    ],
  ] as [string, (parts: ReturnType<typeof network>) => unknown, string][])(
    'says why not: %s',
    (_, change, why) => {
      const parts = network([4, 5, 5], 6, conv);
      change(parts);
      expect(fuseConvBatchNorm.run(parts.model)).toMatchObject({
        changed: 0,
        refused: [{ node: 'y (BatchNormalization)', why }],
      });
    },
  );

  it('says why not: another operator is before it', () => {
    const { model } = network([6, 5, 5], 6, (graph, x) => relu(graph, x, 'relu'));
    expect(fuseConvBatchNorm.run(model).refused[0].why).toContain('Relu is before it');
  });
});
