import { interpret, tensorOf } from '@trainyard/autograd';
import { checkModel, createModel, Graph, type Model, Value } from '@trainyard/onnx-ir';
import { constant, int, ints, node, output } from '@trainyard/testing/graphs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { optimize } from './optimize.ts';

/** How to add a node: which operator, and which of the values so far it reads. */
interface Step {
  readonly kind: keyof typeof writers;
  readonly a: number;
  readonly b: number;
}

type Write = (graph: Graph, a: Value, b: Value, name: string) => Value;

/** Every value is [2, 2], so that any node can read any value. */
const writers = {
  add: (graph, a, b, name) => node(graph, 'Add', [a, b], name),
  sub: (graph, a, b, name) => node(graph, 'Sub', [a, b], name),
  max: (graph, a, b, name) => node(graph, 'Max', [a, b], name),
  relu: (graph, a, _, name) => node(graph, 'Relu', [a], name),
  tanh: (graph, a, _, name) => node(graph, 'Tanh', [a], name),
  same: (graph, a, _, name) => node(graph, 'Identity', [a], name),
  turn: (graph, a, _, name) => node(graph, 'Transpose', [a], name, { perm: ints(1, 0) }),
  stay: (graph, a, _, name) => node(graph, 'Transpose', [a], name, { perm: ints(0, 1) }),
  cast: (graph, a, _, name) => node(graph, 'Cast', [a], name, { to: int(1) }),
  shape: (graph, a, b, name) => node(graph, 'Reshape', [a, node(graph, 'Shape', [b], `${name}_shape`)], name),
  once: (graph, a, _, name) => node(graph, 'Mul', [a, constant(graph, `${name}_one`, [], [1])], name),
  half: (graph, a, _, name) =>
    node(graph, 'Mul', [a, constant(graph, `${name}_half`, [1, 2], [0.5, 2])], name),
} satisfies Record<string, Write>;

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom(...(Object.keys(writers) as (keyof typeof writers)[])),
  a: fc.nat(30),
  b: fc.nat(30),
});

function build(steps: readonly Step[], outputs: readonly number[]): Model {
  const graph = new Graph('g');
  const x = new Value('x', { dtype: 'float32', shape: [2, 2] });
  graph.inputs.push(x);
  const values = [
    x,
    constant(graph, 'c', [2, 2], [1, -2, 3, -4]),
    constant(graph, 'd', [2, 2], [1, -2, 3, -4]),
  ];
  for (const [i, { kind, a, b }] of steps.entries())
    values.push(writers[kind](graph, values[a % values.length], values[b % values.length], `v${i}`));
  const computed = values.filter(({ producer }) => producer);
  for (const at of new Set(outputs.map((i) => i % computed.length))) output(graph, computed[at]);
  return createModel(graph);
}

it('any graph gives the same numbers after the passes, under the same names', () => {
  const steps = fc.array(step, { minLength: 1, maxLength: 16 });
  const outputs = fc.array(fc.nat(30), { minLength: 1, maxLength: 3 });
  const input = { x: tensorOf('float32', [2, 2], Float32Array.of(0.5, -1, 2, -0.25)) };
  fc.assert(
    fc.property(steps, outputs, (plan, wanted) => {
      const model = build(plan, wanted);
      checkModel(model);
      const { model: optimized } = optimize(model);
      checkModel(optimized);
      expect(optimized.graph.nodes.length).toBeLessThanOrEqual(model.graph.nodes.length);
      const [before, after] = [evaluate(model, input), evaluate(optimized, input)];
      expect(Object.keys(after)).toEqual(Object.keys(before));
      expect(after).toEqual(before);
    }),
    { numRuns: 200 },
  );
});

/** Outputs by name, and by our kernels. */
const evaluate = (model: Model, input: Parameters<typeof interpret>[1]) =>
  Object.fromEntries(Object.entries(interpret(model.graph, input)).map(([name, y]) => [name, y.toArray()]));
