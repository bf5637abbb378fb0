import { createModel, type Dim, Graph, Node, printType, Value } from '@trainyard/onnx-ir';
import { constant, int, ints, node, output, relu } from '@trainyard/testing/graphs';
import { describe, expect, it } from 'vitest';
import { inferShapes } from './infer-shapes.ts';

function start(shape: Dim[] = ['batch', 3, 8, 8]) {
  const graph = new Graph('g');
  const x = new Value('x', { dtype: 'float32', shape });
  graph.inputs.push(x);
  return { graph, x, model: createModel(graph) };
}

const typeOf = ({ type }: Value): string => (type ? printType(type) : 'unknown');

describe('inferShapes', () => {
  it('goes through layers, with names for sizes that are open', () => {
    const { graph, x, model } = start();
    const w = constant(graph, 'w', [4, 3, 3, 3], new Float32Array(108));
    const h = node(graph, 'Conv', [x, w], 'h', { strides: ints(2, 2) });
    const pooled = node(graph, 'GlobalAveragePool', [h], 'pooled');
    const flat = node(graph, 'Flatten', [pooled], 'flat');
    output(graph, relu(graph, flat, 'y'));
    expect(inferShapes.run(model)).toEqual({ changed: 4, refused: [] });
    expect([h, pooled, flat, graph.outputs[0]].map(typeOf)).toEqual([
      'float32[batch, 4, 3, 3]',
      'float32[batch, 4, 1, 1]',
      'float32[batch, 4]',
      'float32[batch, 4]',
    ]);
    expect(inferShapes.run(model).changed).toBe(0);
  });

  it('goes through computed shapes, as exporters write x.view(x.size(0), -1)', () => {
    const { graph, x, model } = start();
    const shape = node(graph, 'Shape', [x], 'shape');
    const batch = node(graph, 'Gather', [shape, constant(graph, 'zero', [], [0], 'int64')], 'size');
    const axes = constant(graph, 'axes', [1], [0], 'int64');
    const vector = node(graph, 'Unsqueeze', [batch, axes], 'vector');
    const rest = constant(graph, 'rest', [1], [-1], 'int64');
    const wanted = node(graph, 'Concat', [vector, rest], 'wanted', { axis: int(0) });
    const y = node(graph, 'Reshape', [x, wanted], 'y');
    const tail = node(
      graph,
      'Slice',
      [shape, constant(graph, 'one', [1], [1], 'int64'), constant(graph, 'three', [1], [3], 'int64')],
      'tail',
    );
    const again = node(
      graph,
      'Reshape',
      [y, node(graph, 'Concat', [vector, tail, rest], 'all', { axis: int(0) })],
      'again',
    );
    inferShapes.run(model);
    expect([shape, wanted, y, again].map(typeOf)).toEqual([
      'int64[4]',
      'int64[2]',
      'float32[batch, 192]',
      'float32[batch, 3, 8, 8]',
    ]);
  });

  it('sizes that nobody knows stay unknown, ranks do not', () => {
    const { graph, x, model } = start(['batch', null]);
    const y = relu(graph, x, 'y');
    y.type = undefined;
    inferShapes.run(model);
    expect(typeOf(y)).toBe('float32[batch, ?]');
  });

  it('keeps what is declared after operators we do not know, and goes on from there', () => {
    const { graph, x, model } = start();
    const strange = new Value('strange', { dtype: 'float32', shape: ['batch', 5] });
    graph.nodes.push(new Node('Strange', [x], [strange], { name: 'strange', domain: 'own' }));
    const y = node(graph, 'Relu', [strange], 'y');
    const lost = new Value('lost');
    graph.nodes.push(new Node('Strange', [x], [lost], { name: 'lost', domain: 'own' }));
    const after = node(graph, 'Relu', [lost], 'after');
    expect(inferShapes.run(model).refused.map(({ why }) => why)).toEqual([
      'we do not know own:Strange',
      'we do not know own:Strange',
      'nothing is known of its input "lost"',
    ]);
    expect([y, lost, after].map(typeOf)).toEqual(['float32[batch, 5]', 'unknown', 'unknown']);
  });

  it('reports a declared type that cannot be, and leaves it', () => {
    const { graph, x, model } = start();
    const y = relu(graph, x, 'y');
    y.type = { dtype: 'float32', shape: ['batch', 3, 8, 9] };
    expect(inferShapes.run(model)).toEqual({
      changed: 0,
      refused: [
        {
          node: 'y (Relu)',
          why: '"y" is declared float32[batch, 3, 8, 9], and inferred float32[batch, 3, 8, 8]',
        },
      ],
    });
  });

  it('goes into sub-graphs with what is known around them', () => {
    const { graph, x, model } = start();
    const inner = new Graph('inner');
    const z = node(inner, 'Relu', [x], 'z');
    inner.outputs.push(z);
    const yes = constant(graph, 'yes', [], [1], 'bool');
    node(graph, 'If', [yes], 'y', { then_branch: { kind: 'graph', value: inner } });
    inferShapes.run(model);
    expect(typeOf(z)).toBe('float32[batch, 3, 8, 8]');
  });
});
