import { Generator, mul, type Tensor, tensor, zeros } from '@trainyard/autograd';
import { describe, expect, it } from 'vitest';
import { plain } from './fit.cases.ts';
import {
  Buffer,
  bufferValues,
  type ForwardContext,
  loadState,
  Module,
  Parameter,
  parameterValues,
  withState,
} from './module.ts';
import { observeModules } from './module-path.ts';
import { BatchNorm2d, Linear, ReLU, Sequential } from './nn/index.ts';

class Scale extends Module {
  readonly factor = new Parameter(tensor(2));
  readonly seen = new Buffer(tensor(0));
  readonly inner = [new Linear(1, 1), new ReLU()];

  override forward(x: Tensor, context?: ForwardContext): Tensor {
    if (context?.training) this.seen.value = tensor(this.seen.value.item() + 1);
    return mul(x, this.factor.value);
  }
}

describe('Module', () => {
  it('finds parameters, buffers and modules in its fields and in lists of them', () => {
    const scale = new Scale();
    expect(Object.keys(parameterValues(scale))).toEqual(['factor', 'inner.0.weight', 'inner.0.bias']);
    expect(Object.keys(bufferValues(scale))).toEqual(['seen']);
    expect(scale.children().map(([name]) => name)).toEqual(['inner.0', 'inner.1']);
    expect(Object.keys(bufferValues(new BatchNorm2d(1)))).toEqual(['running_mean', 'running_var']);
  });

  it('knows which parameters have no value yet', () => {
    const { weight } = new Linear(1, 1);
    expect(weight.isBlank).toBe(true);
    weight.value = zeros([1, 1]);
    expect(weight.isBlank).toBe(false);
    expect(new Scale().factor.isBlank).toBe(false);
  });
});

describe('state', () => {
  it('is replaced for the time of a call, and what the call did to buffers is given back', () => {
    const scale = new Scale();
    const before = plain([parameterValues(scale), bufferValues(scale)]);
    const context = { training: true, generator: new Generator(1) };
    const [y, buffers] = withState(scale, { factor: tensor(5), seen: tensor(7) }, () =>
      scale.forward(tensor(3), context),
    );
    expect([y.item(), buffers.seen.item()]).toEqual([15, 8]);
    expect(plain([parameterValues(scale), bufferValues(scale)])).toEqual(before);
  });

  it('is put back when the call fails', () => {
    const scale = new Scale();
    const failing = () => {
      throw new Error('no');
    };
    expect(() => withState(scale, { factor: tensor(5) }, failing)).toThrow('no');
    expect(scale.factor.value.item()).toBe(2);
  });

  it('of other names, shapes or types is refused whole', () => {
    const scale = new Scale();
    expect(() => loadState(scale, { nope: tensor(1) })).toThrow('loadState: expected one of factor, ');
    expect(() => loadState(scale, { factor: tensor(9), seen: tensor([1]) })).toThrow(
      'seen as Tensor(float32[])',
    );
    expect(() => loadState(scale, { factor: tensor(1, 'int32') })).toThrow('got Tensor(int32[])');
    expect(scale.factor.value.item()).toBe(2);
  });
});

it('observeModules tells of children by their paths, inner ones first', () => {
  const network = new Sequential({ a: new Sequential({ b: new ReLU() }), c: new Linear(2, 3) });
  const seen: string[] = [];
  observeModules(
    ({ path, kind, output }) => seen.push(`${path} ${kind} ${output.shape}`),
    () => network.forward(zeros([1, 2])),
  );
  expect(seen).toEqual(['a.b ReLU 1,2', 'a Sequential 1,2', 'c Linear 1,3']);
});
