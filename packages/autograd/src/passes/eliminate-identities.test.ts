import { type Attribute, checkModel, createModel, Graph, Value } from '@trainyard/onnx-ir';
import { constant, int, ints, node, output, relu } from '@trainyard/testing/graphs';
import { describe, expect, it } from 'vitest';
import { eliminateIdentities } from './eliminate-identities.ts';

const type = { dtype: 'float32', shape: ['n', 2] } as const;

function start() {
  const graph = new Graph('g');
  const x = new Value('x', type);
  graph.inputs.push(x);
  return { graph, x, model: createModel(graph) };
}

/** relu → the node → relu: whether the node goes. */
function goes(
  opType: string,
  attributes: Record<string, Attribute> = {},
  more: (graph: Graph) => (Value | undefined)[] = () => [],
  result: Value['type'] = type,
): boolean {
  const { graph, x, model } = start();
  const middle = node(graph, opType, [relu(graph, x, 'h'), ...more(graph)], 'middle', attributes, result);
  output(graph, relu(graph, middle, 'y'));
  const { changed } = eliminateIdentities.run(model);
  expect(graph.nodes.length).toBe(3 - changed);
  checkModel(model);
  return changed === 1;
}

describe('eliminateIdentities', () => {
  it('takes out what passes its input on', () => {
    expect(goes('Identity')).toBe(true);
    expect(goes('Dropout')).toBe(true);
    expect(goes('Cast', { to: int(1) })).toBe(true);
    expect(goes('Transpose', { perm: ints(0, 1) })).toBe(true);
    expect(goes('Reshape', {}, (graph) => [constant(graph, 's', [2], [-1, 2], 'int64')])).toBe(true);
    expect(goes('Flatten')).toBe(true);
    expect(goes('Pad', {}, (graph) => [constant(graph, 'p', [4], [0, 0, 0, 0], 'int64')])).toBe(true);
    expect(goes('Concat', { axis: int(1) })).toBe(true);
    expect(goes('Clip')).toBe(true);
    expect(goes('AveragePool', { kernel_shape: ints(1, 1), strides: ints(1, 1) })).toBe(true);
    expect(goes('Mul', {}, (graph) => [constant(graph, 'one', [2], [1, 1])])).toBe(true);
    expect(goes('Sub', {}, (graph) => [constant(graph, 'zero', [], [0])])).toBe(true);
  });

  it('leaves what does something, or may', () => {
    expect(goes('Cast', { to: int(11) })).toBe(false);
    expect(goes('Transpose', { perm: ints(1, 0) })).toBe(false);
    expect(goes('Transpose')).toBe(false);
    expect(goes('Flatten', {}, () => [], { dtype: 'float32' })).toBe(false);
    expect(goes('Flatten', {}, () => [], { dtype: 'float32', shape: [null, 2] })).toBe(false);
    expect(goes('Pad', {}, (graph) => [constant(graph, 'p', [4], [0, 0, 0, 1], 'int64')])).toBe(false);
    expect(goes('MaxPool', { kernel_shape: ints(1, 1), strides: ints(2, 2) })).toBe(false);
    expect(goes('MaxPool', { kernel_shape: ints(1, 2) })).toBe(false);
    expect(goes('Clip', {}, (graph) => [constant(graph, 'low', [], [0])])).toBe(false);
    expect(goes('Mul', {}, (graph) => [constant(graph, 'two', [], [2])])).toBe(false);
    const stretched = { dtype: 'float32', shape: [3, 'n', 2] } as const;
    expect(goes('Mul', {}, (graph) => [constant(graph, 'ones', [3, 1, 1], [1, 1, 1])], stretched)).toBe(
      false,
    );
    const training = (graph: Graph) => [undefined, constant(graph, 'training', [], [1], 'bool')];
    expect(goes('Dropout', {}, training)).toBe(false);
  });

  it('keeps the names of outputs, and what only names an input or another output', () => {
    const { graph, x, model } = start();
    const h = relu(graph, x, 'h');
    output(graph, node(graph, 'Identity', [h], 'first', {}, type));
    output(graph, node(graph, 'Identity', [h], 'second', {}, type));
    output(graph, node(graph, 'Identity', [x], 'third', {}, type));
    const { changed, refused } = eliminateIdentities.run(model);
    expect(changed).toBe(1);
    expect(graph.outputs.map(({ name }) => name)).toEqual(['first', 'second', 'third']);
    expect(refused).toEqual([
      { node: 'second (Identity)', why: 'it gives an output a second name' },
      { node: 'third (Identity)', why: 'it gives an input or a constant the name of an output' },
    ]);
    expect(x.name).toBe('x');
    checkModel(model);
  });

  it('lets sub-graphs read what is before the node', () => {
    const { graph, x, model } = start();
    const h = relu(graph, x, 'h');
    const same = node(graph, 'Identity', [h], 'same', {}, type);
    const inner = new Graph('inner');
    output(inner, relu(inner, same, 'z'));
    const yes = constant(graph, 'yes', [], [1], 'bool');
    output(graph, node(graph, 'If', [yes], 'y', { then_branch: { kind: 'graph', value: inner } }, type));
    expect(eliminateIdentities.run(model).changed).toBe(1);
    expect(inner.nodes[0].inputs[0]).toBe(h);
    checkModel(model);
  });
});
