import { checkModel, createModel, Graph, Node, Value } from '@trainyard/onnx-ir';
import { constant, float, node, output, relu } from '@trainyard/testing/graphs';
import { describe, expect, it } from 'vitest';
import { eliminateCommonSubexpressions } from './eliminate-common-subexpressions.ts';

function start() {
  const graph = new Graph('g');
  const x = new Value('x', { dtype: 'float32', shape: ['n', 2] });
  graph.inputs.push(x);
  return { graph, x, model: createModel(graph) };
}

const names = (graph: Graph) => graph.nodes.map(({ name }) => name);

describe('eliminateCommonSubexpressions', () => {
  it('computes equal things once, constants included', () => {
    const { graph, x, model } = start();
    const [a, b] = [constant(graph, 'a', [2], [1, 2]), constant(graph, 'b', [2], [1, 2])];
    const sums = [node(graph, 'Add', [x, a], 'first'), node(graph, 'Add', [x, b], 'second')];
    output(graph, node(graph, 'Mul', sums, 'y'));
    expect(eliminateCommonSubexpressions.run(model)).toEqual({ changed: 2, refused: [] });
    expect(names(graph)).toEqual(['first', 'y']);
    expect(graph.initializers.map(({ name }) => name)).toEqual(['a']);
    checkModel(model);
  });

  it('tells constants apart by type, shape and elements, and leaves those that are inputs', () => {
    const { graph, x, model } = start();
    const values = [
      constant(graph, 'a', [2], [1, 2]),
      constant(graph, 'b', [1, 2], [1, 2]),
      constant(graph, 'c', [2], [1, 3]),
      constant(graph, 'd', [2], [1, 2]),
    ];
    graph.inputs.push(values[3]);
    for (const value of values) output(graph, node(graph, 'Add', [x, value], `add_${value.name}`));
    expect(eliminateCommonSubexpressions.run(model).changed).toBe(0);
  });

  it('tells nodes apart by operator, attributes and the order of inputs', () => {
    const { graph, x, model } = start();
    const h = relu(graph, x, 'h');
    for (const alpha of [0.1, 0.2])
      output(graph, node(graph, 'LeakyRelu', [x], `leaky_${alpha}`, { alpha: float(alpha) }));
    output(graph, node(graph, 'Elu', [x], 'elu', { alpha: float(0.1) }));
    output(graph, node(graph, 'Sub', [x, h], 'minus'));
    output(graph, node(graph, 'Sub', [h, x], 'plus'));
    expect(eliminateCommonSubexpressions.run(model).changed).toBe(0);
  });

  it('leaves random and unknown operators, and two outputs', () => {
    const { graph, x, model } = start();
    for (const name of ['noise_a', 'noise_b']) output(graph, node(graph, 'RandomNormalLike', [x], name));
    for (const name of ['own_a', 'own_b']) {
      const value = new Value(name, x.type);
      graph.nodes.push(new Node('Count', [x], [value], { domain: 'own' }));
      output(graph, value);
    }
    for (const name of ['y', 'z']) output(graph, relu(graph, x, name));
    const { changed, refused } = eliminateCommonSubexpressions.run(model);
    expect(changed).toBe(0);
    expect(refused).toEqual([{ node: 'z (Relu)', why: 'both results are outputs of the graph' }]);
  });

  it('an output keeps its name when an inner value takes its place', () => {
    const { graph, x, model } = start();
    const inner = relu(graph, x, 'inner');
    output(graph, node(graph, 'Neg', [inner], 'negative'));
    output(graph, relu(graph, x, 'y'));
    expect(eliminateCommonSubexpressions.run(model).changed).toBe(1);
    expect(graph.outputs.map(({ name }) => name)).toEqual(['negative', 'y']);
    expect(graph.outputs[1]).toBe(inner);
    checkModel(model);
  });
});
