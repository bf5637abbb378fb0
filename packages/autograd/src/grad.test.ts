import '@trainyard/testing';
import { describe, expect, test } from 'vitest';
import { gradients } from './backward.ts';
import {
  add,
  argMax,
  checkGrads,
  crossEntropy,
  exp,
  Generator,
  grad,
  maximum,
  mul,
  noGrad,
  numericGradient,
  relu,
  sum,
  type Tensor,
  tensor,
  trace,
  valueAndGrad,
  valueAndGradAux,
} from './index.ts';
import { Tape, withTape } from './tape.ts';

const cube = (x: Tensor): Tensor => sum(mul(mul(x, x), x));
const x = tensor([1, 2, -3], 'float64');

describe('grad', () => {
  test('of a sum of cubes is 3x², of that 6x, of that 6', () => {
    const first = grad(cube);
    const second = grad((at: Tensor) => sum(first(at)));
    const third = grad((at: Tensor) => sum(second(at)));
    expect(first(x).toArray()).toEqual([3, 12, 27]);
    expect(second(x).toArray()).toEqual([6, 12, -18]);
    expect(third(x).toArray()).toEqual([6, 6, 6]);
  });

  test('in several tensors by name, with what the function returns beside', () => {
    const params = { a: tensor([1, 2]), b: tensor([3, 4]), unused: tensor([5]) };
    const [value, gradient, aux] = valueAndGradAux(({ a, b }: typeof params) => {
      const product = mul(a, b);
      return [sum(product), { product }];
    })(params);
    expect(value.item()).toBe(11);
    expect(aux.product.toArray()).toEqual([3, 8]);
    expect(gradient.a.toArray()).toEqual([3, 4]);
    expect(gradient.b.toArray()).toEqual([1, 2]);
    expect(gradient.unused.toArray()).toEqual([0]);
  });

  test('adds up over all uses of a tensor, also where it is the result', () => {
    expect(grad((at: Tensor) => sum(add(at, mul(at, 2))))(x).toArray()).toEqual([3, 3, 3]);
    expect(grad((at: Tensor) => at)(tensor(4)).item()).toBe(1);
  });

  test('inner and outer gradients do not take each other for their own', () => {
    // d/dx (x · d/dy (x + y)) = 1, for an implementation that mixes the two levels 2.
    const inner = (at: Tensor) => grad((y: Tensor) => add(at, y))(tensor(1));
    expect(grad((at: Tensor) => mul(at, inner(at)))(tensor(1)).item()).toBe(1);
  });

  test('what noGrad computes counts as a constant', () => {
    const gradient = grad((at: Tensor) =>
      sum(
        mul(
          at,
          noGrad(() => mul(at, at)),
        ),
      ),
    );
    expect(gradient(x).toArray()).toEqual([1, 4, 9]);
  });

  test('stops at whole numbers', () => {
    const labels = (at: Tensor) => argMax(at, 1);
    const logits = tensor(
      [
        [1, 2],
        [4, 3],
      ],
      'float64',
    );
    const gradient = grad((at: Tensor) => crossEntropy(at, labels(at)))(logits);
    const constant = labels(logits);
    expect(gradient).toBeAllClose(grad((at: Tensor) => crossEntropy(at, constant))(logits));
  });

  test('ties share the gradient, and relu has none at 0', () => {
    const zero = tensor([0]);
    expect(grad((at: Tensor) => sum(maximum(at, 0)))(zero).toArray()).toEqual([0.5]);
    expect(grad((at: Tensor) => sum(relu(at)))(zero).toArray()).toEqual([0]);
  });

  test('a tape gives the same gradients each time it is asked', () => {
    const tape = new Tape();
    tape.watch(x);
    const y = withTape(tape, () => cube(x));
    const [first] = gradients(tape, y, [x]);
    const [second] = gradients(tape, y, [x]);
    expect(first.toArray()).toEqual([3, 12, 27]);
    expect(second.toArray()).toEqual(first.toArray());
  });

  test('works through a traced function: the graph gives what the eager gradient gives', async () => {
    const { runInOrt } = await import('@trainyard/testing');
    const at = tensor([1, 2, -3]);
    const step = ({ x: given }: { x: Tensor }) => {
      const [value, dx] = valueAndGrad((z: Tensor) => sum(exp(mul(z, 0.5))))(given);
      return { value, dx };
    };
    const { graph } = trace(step, { x: at });
    const fetched = await runInOrt(graph, { x: at });
    const eager = step({ x: at });
    expect(fetched.value).toBeAllClose(eager.value);
    expect(fetched.dx).toBeAllClose(eager.dx);
  });

  test('wants a scalar', () => {
    expect(() => grad((at: Tensor) => mul(at, at))(x)).toThrow(
      'valueAndGrad: expected a function whose result is a float scalar, got float64[3]; take its mean or sum',
    );
  });
});

describe('checkGrads', () => {
  const inputs = [new Generator(3).uniform([3, 2], 0.5, 2, 'float64')];

  test('accepts right gradients, of both orders', () => {
    expect(checkGrads((at) => mul(exp(at), at), inputs, { order: 2 })).toBeLessThan(1e-6);
    expect(checkGrads((at) => mul(exp(at), at), inputs, { dtype: 'float32' })).toBeLessThan(1e-3);
  });

  test('refuses a gradient that leaves out a part', () => {
    const wrong = (at: Tensor) =>
      mul(
        noGrad(() => exp(at)),
        at,
      );
    expect(() => checkGrads(wrong, inputs)).toThrow(/gradient in input 0, float64\[3, 2\]: expected .* got/);
  });

  test('refuses a wrong gradient of second order behind a right one of first order', () => {
    // d(x²)/dx is given as the constant 2x, so that the second derivative comes out as 0.
    const hidden = (at: Tensor) => {
      const slope = noGrad(() => mul(at, 2));
      return add(
        mul(at, slope),
        noGrad(() => mul(mul(at, at), -1)),
      );
    };
    expect(checkGrads(hidden, inputs)).toBeLessThan(1e-6);
    expect(() => checkGrads(hidden, inputs, { order: 2 })).toThrow('second-order gradient in input 0');
  });

  test('numericGradient gives it element by element', () => {
    expect(numericGradient(cube, [x])).toBeAllClose([3, 12, 27], { relative: 1e-8 });
  });
});
