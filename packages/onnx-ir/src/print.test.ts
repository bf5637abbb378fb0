import { expect, it } from 'vitest';
import type { Attribute } from './attribute.ts';
import { createModel, Graph, Node, Value } from './graph.ts';
import { fromNumbers } from './numbers.ts';
import { printGraph, printModel } from './print.ts';

function gemmGraph(): Graph {
  const graph = new Graph('net');
  const x = new Value('x', { dtype: 'float32', shape: ['batch', 3] });
  const y = new Value('y', { dtype: 'float32', shape: ['batch', null] });
  graph.inputs.push(x);
  const weight = graph.addInitializer('fc.weight', fromNumbers('float32', [4, 3], new Array(12).fill(0)));
  const bias = graph.addInitializer('fc.bias', fromNumbers('float16', [4], [0.5, 1, 2, 65504]));
  const attributes = new Map<string, Attribute>([
    ['transB', { kind: 'int', value: 1 }],
    ['alpha', { kind: 'float', value: Math.fround(0.1) }],
  ]);
  graph.nodes.push(new Node('Gemm', [x, weight, undefined, bias], [y, undefined], { attributes }));
  graph.outputs.push(y);
  return graph;
}

it('prints a graph', () => {
  expect(printGraph(gemmGraph())).toMatchInlineSnapshot(`
    "net(%x: float32[batch, 3]) -> (%y) {
      %fc.weight: float32[4, 3] = ...
      %fc.bias: float16[4] = [0.5, 1, 2, 65504]
      %y: float32[batch, ?], _ = Gemm(%x, %fc.weight, _, %fc.bias) {transB = 1, alpha = 0.1}
    }"
  `);
});

it('prints sub-graphs under their node, and what a model says', () => {
  const graph = gemmGraph();
  const inner = new Graph('then');
  inner.nodes.push(new Node('Neg', [graph.outputs[0]], [new Value('negative')]));
  inner.outputs.push(inner.nodes[0].outputs[0]!);
  const condition = graph.addInitializer('yes', fromNumbers('bool', [], [1]));
  const attributes = new Map<string, Attribute>([['then_branch', { kind: 'graph', value: inner }]]);
  graph.nodes.push(new Node('If', [condition], [new Value('z')], { attributes, domain: 'own' }));
  const model = createModel(graph, { metadata: new Map([['labels', 'a,b']]) });
  expect(printModel(model)).toMatchInlineSnapshot(`
    "model: IR 8, opset ai.onnx 18
    producer: trainyard 0.1.0
    metadata labels: a,b
    net(%x: float32[batch, 3]) -> (%y) {
      %fc.weight: float32[4, 3] = ...
      %fc.bias: float16[4] = [0.5, 1, 2, 65504]
      %yes: bool[] = 1
      %y: float32[batch, ?], _ = Gemm(%x, %fc.weight, _, %fc.bias) {transB = 1, alpha = 0.1}
      %z = own.If(%yes)
        then_branch: then() -> (%negative) {
          %negative = Neg(%y)
        }
    }"
  `);
});

it('prints one line for each node, whatever its name', () => {
  const graph = new Graph('g\n');
  graph.nodes.push(new Node('Relu', [], [new Value('a\u001b[31m\nb')]));
  expect(printGraph(graph).split('\n').length).toBe(3);
  expect(printGraph(graph)).toContain('%a\ufffd[31m\ufffdb = Relu()');
});
