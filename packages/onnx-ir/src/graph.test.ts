import { describe, expect, it } from 'vitest';
import type { Attribute } from './attribute.ts';
import { Graph, Node, Value } from './graph.ts';
import { fromNumbers } from './numbers.ts';

/** x → Relu → h → Neg → y, with h and y as outputs where asked for */
function chain(...outputs: ('h' | 'y')[]) {
  const graph = new Graph('chain');
  const [x, h, y] = ['x', 'h', 'y'].map((name) => new Value(name));
  graph.inputs.push(x);
  graph.nodes.push(new Node('Relu', [x], [h]), new Node('Neg', [h], [y]));
  for (const name of outputs) graph.outputs.push(name === 'h' ? h : y);
  return { graph, x, h, y };
}

describe('Graph.replaceValue', () => {
  it('redirects readers, in sub-graphs too', () => {
    const { graph, x, h, y } = chain('y');
    const inner = new Graph('inner');
    inner.nodes.push(new Node('Abs', [h], [new Value('z')]));
    const attributes = new Map<string, Attribute>([['body', { kind: 'graph', value: inner }]]);
    graph.nodes.push(new Node('Loop', [], [], { attributes }));
    graph.replaceValue(h, x);
    expect(y.producer?.inputs).toEqual([x]);
    expect(inner.nodes[0].inputs).toEqual([x]);
    expect(graph.isRead(h)).toBe(false);
  });

  it('gives the name of an output to what replaces it, wherever the output stands', () => {
    const { graph, h, y } = chain('y', 'y');
    graph.replaceValue(y, h);
    expect(graph.outputs).toEqual([h, h]);
    expect([h.name, y.name]).toEqual(['y', 'y__replaced']);
  });

  it('keeps both names where an output replaces an output', () => {
    const { graph, h, y } = chain('h', 'y');
    graph.replaceValue(y, h);
    expect(graph.outputs.map(({ name }) => name)).toEqual(['h', 'y']);
    expect(graph.outputs[1].producer?.opType).toBe('Identity');
    expect(graph.outputs[1].producer?.inputs).toEqual([h]);
  });

  it('keeps the names of inputs', () => {
    const { graph, x, y } = chain('y');
    graph.replaceValue(y, x);
    expect([x.name, graph.outputs[0].name]).toEqual(['x', 'y']);
  });
});

it('removing a node lets go of what its sub-graphs read', () => {
  const { graph, h } = chain('y');
  const inner = new Graph('inner');
  inner.nodes.push(new Node('Abs', [h], [new Value('z')]));
  const attributes = new Map<string, Attribute>([['body', { kind: 'graph', value: inner }]]);
  const loop = new Node('Loop', [h], [], { attributes });
  graph.nodes.push(loop);
  expect(h.uses.size).toBe(3);
  graph.remove([loop]);
  expect(h.uses.size).toBe(1);
});

it('unique names avoid those of sub-graphs', () => {
  const { graph } = chain();
  const inner = new Graph('inner');
  inner.addInitializer('h_1', fromNumbers('float32', [], [1]));
  graph.nodes[0].attributes.set('body', { kind: 'graph', value: inner });
  expect([graph.uniqueName('free'), graph.uniqueName('h')]).toEqual(['free', 'h_2']);
});

it('inserts before a node, and not before a stranger', () => {
  const { graph } = chain();
  const node = new Node('Abs', [], []);
  graph.insert([node], graph.nodes[1]);
  expect(graph.nodes.map(({ opType }) => opType)).toEqual(['Relu', 'Abs', 'Neg']);
  expect(() => graph.insert([], new Node('Abs', [], [], { name: 'stranger' }))).toThrow(/node "stranger"/);
});
