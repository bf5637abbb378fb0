import { type Attribute, checkModel, createModel, Graph, Node, Value } from '@trainyard/onnx-ir';
import { constant, output, relu } from '@trainyard/testing/graphs';
import { expect, it } from 'vitest';
import { eliminateDeadNodes } from './eliminate-dead-nodes.ts';

function start() {
  const graph = new Graph('g');
  const x = new Value('x', { dtype: 'float32', shape: ['n', 4] });
  graph.inputs.push(x);
  output(graph, relu(graph, x, 'y'));
  return { graph, x, model: createModel(graph) };
}

it('takes out what nothing reads, however long the chain', () => {
  const { graph, x, model } = start();
  relu(graph, relu(graph, x, 'dead'), 'end');
  constant(graph, 'unused', [1], [1]);
  expect(eliminateDeadNodes.run(model)).toEqual({ changed: 3, refused: [] });
  expect(graph.nodes.map(({ opType }) => opType)).toEqual(['Relu']);
  expect(graph.initializers).toEqual([]);
  expect(eliminateDeadNodes.run(model).changed).toBe(0);
  checkModel(model);
});

it('keeps what only a sub-graph reads, until the sub-graph goes', () => {
  const { graph, x, model } = start();
  const h = relu(graph, x, 'h');
  const w = constant(graph, 'w', [4], [1, 2, 3, 4]);
  const inner = new Graph('inner');
  inner.nodes.push(new Node('Add', [h, w], [new Value('z')]));
  inner.outputs.push(inner.nodes[0].outputs[0]!);
  const branch: Attribute = { kind: 'graph', value: inner };
  const choice = new Node('If', [constant(graph, 'yes', [], [1], 'bool')], [new Value('chosen')], {
    attributes: new Map([
      ['then_branch', branch],
      ['else_branch', branch],
    ]),
  });
  graph.nodes.push(choice);
  graph.outputs.push(choice.outputs[0]!);
  expect(eliminateDeadNodes.run(model).changed).toBe(0);
  graph.outputs.pop();
  expect(eliminateDeadNodes.run(model).changed).toBeGreaterThan(0);
  expect(graph.nodes.map(({ opType }) => opType)).toEqual(['Relu']);
  expect(graph.initializers).toEqual([]);
});

it('leaves optional outputs out, keeps inputs with defaults', () => {
  const { graph, x, model } = start();
  const [pooled, indices] = [new Value('pooled'), new Value('indices')];
  graph.nodes.push(new Node('MaxPool', [x], [pooled, indices]));
  graph.outputs.push(pooled);
  graph.inputs.push(constant(graph, 'w', [1], [1]));
  expect(eliminateDeadNodes.run(model).changed).toBe(1);
  expect(graph.nodes[1].outputs).toEqual([pooled]);
  expect(graph.initializers.length).toBe(1);
});
