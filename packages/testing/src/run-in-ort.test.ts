import { mul, tensor, trace } from '@trainyard/autograd';
import { expect, test } from 'vitest';
import { runInOrt } from './index.ts';

test('runs a graph on tensors, with names for its outputs', async () => {
  const x = tensor([1, 2], 'int64');
  const { graph } = trace((inputs) => ({ doubled: mul(inputs.x, 2) }), {
    x: { dtype: 'int64', shape: ['n'] },
  });
  expect(await runInOrt(graph, { x })).toEqual({ doubled: tensor([2, 4], 'int64') });
});

test('a graph that is no ONNX is refused', async () => {
  const x = tensor([1, 2]);
  const { graph } = trace((inputs) => ({ y: mul(inputs.x, 2) }), { x });
  graph.nodes[0].opType = 'Multiply';
  await expect(runInOrt(graph, { x })).rejects.toThrow('Multiply');
});
