import {
  add,
  clip,
  conv,
  div,
  matMul,
  mul,
  reshape,
  sub,
  type Tensor,
  tensorOf,
  trace,
} from '@trainyard/autograd';
import { expect, test } from 'vitest';
import { trainableInitializers, weightInitializers } from './trainable.ts';

const names = new Map<Tensor, string>();
const constant = (name: string, ...shape: number[]): Tensor => {
  const size = shape.reduce((a, b) => a * b, 1);
  const made = tensorOf(
    'float32',
    shape,
    Float32Array.from({ length: size }, (_, i) => i + 1),
  );
  names.set(made, name);
  return made;
};

function namesIn(network: (x: Tensor) => Tensor) {
  names.clear();
  const { graph } = trace(
    ({ x }) => ({ y: network(x!) }),
    { x: { dtype: 'float32', shape: ['batch', 2, 4, 4] } },
    { names },
  );
  const sorted = (values: readonly { name: string }[]) => values.map(({ name }) => name).sort();
  return { trained: sorted(trainableInitializers(graph)), weights: sorted(weightInitializers(graph)) };
}

test('preprocessing is no parameter; weights and biases are, as nodes of their own too', () => {
  const found = namesIn((x) => {
    const normalized = div(sub(x, constant('mean', 1, 2, 1, 1)), constant('std', 1, 2, 1, 1));
    const y = conv(normalized, constant('filters', 3, 2, 4, 4), constant('bias', 3));
    return add(matMul(reshape(y, [-1, 3]), constant('dense', 3, 5)), constant('offset', 5));
  });
  expect(found).toEqual({ trained: ['bias', 'dense', 'filters', 'offset'], weights: ['dense', 'filters'] });
});

test('the constants of an activation that is spelled out are no parameters', () => {
  const { trained } = namesIn((x) => {
    const y = conv(x, constant('filters', 3, 2, 1, 1));
    const gate = clip(add(y, constant('three')), 0, 6);
    return mul(mul(y, gate), constant('sixth', 1));
  });
  expect(trained).toEqual(['filters']);
});

test('a constant that is read in another role as well is no parameter', () => {
  const { trained } = namesIn((x) => {
    const shared = constant('shared', 4, 4);
    return add(matMul(x, shared), mul(x, shared));
  });
  expect(trained).toEqual([]);
});
