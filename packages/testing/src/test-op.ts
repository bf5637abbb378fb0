import {
  add,
  cast,
  checkGrads,
  compile,
  Generator,
  isFloat,
  mul,
  noGrad,
  type Op,
  type Shape,
  sum,
  type Tensor,
  type Tensors,
  tensorOf,
  trace,
  valueAndGrad,
} from '@trainyard/autograd';
import * as ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import './close.ts';
import { isSpec, makeInputs, type OpCase } from './op-cases.ts';
import { runInOrt } from './run-in-ort.ts';

type Inputs = readonly (Tensor | undefined)[];

/**
 * Tests one operator on its cases: the shape rule says what the kernel gives, also for named dimensions; gradients
 * agree with finite differences, of first and second order in float64 and of first order in float32; `lower` gives
 * what the kernel gives; ONNX Runtime gives what the kernel and the gradients give.
 */
export function testOp(op: Op, cases: readonly OpCase[]): void {
  describe(op.type, () => {
    cases.forEach((opCase, i) => {
      describe(opCase.name ?? `case ${i + 1}`, () => testCase(new Subject(op, opCase)));
    });
  });
}

/** An operator on the inputs of a case. */
class Subject {
  readonly op: Op;
  readonly opCase: OpCase;
  readonly inputs: Inputs;
  /** Places of the inputs in which the operator is differentiable. */
  readonly wrt: readonly number[];

  constructor(op: Op, opCase: OpCase) {
    this.op = op;
    this.opCase = opCase;
    this.inputs = makeInputs(opCase, 'float32', new Generator(1));
    this.wrt = opCase.order === 0 ? [] : (opCase.wrt ?? this.#differentiable());
  }

  #differentiable(): number[] {
    const { vjp } = this.op.definition;
    if (!vjp) return [];
    const outputs = this.op.call(this.inputs, this.attributes);
    if (!outputs.some(({ dtype }) => isFloat(dtype))) return [];
    const attributes = this.attributes as never;
    const pullbacks = vjp({ inputs: this.inputs as Tensor[], outputs, attributes, cotangents: outputs });
    return this.inputs.flatMap((x, i) =>
      x && pullbacks[i] && isFloat(x.dtype) && isSpec(this.opCase.inputs[i]) ? [i] : [],
    );
  }

  get attributes(): Record<string, never> {
    return { ...defaultsOf(this.op), ...this.opCase.attributes } as Record<string, never>;
  }

  /** The outputs that matter. */
  call(inputs: Inputs): Tensor[] {
    const outputs = this.op.call(inputs, this.attributes);
    return this.opCase.outputs?.map((i) => outputs[i]) ?? outputs;
  }

  /** The inputs that a traced graph has, by name. */
  feeds(inputs: Inputs = this.inputs): Record<string, Tensor> {
    return Object.fromEntries(
      inputs.flatMap((x, i) => (x && isSpec(this.opCase.inputs[i]) ? [[`x${i}`, x]] : [])),
    );
  }

  /** The inputs, with some of them given by name. */
  filled(given: Tensors): Inputs {
    return this.inputs.map((x, i) => given[`x${i}`] ?? x);
  }
}

function testCase(subject: Subject): void {
  const { opCase, op, inputs, wrt } = subject;
  const { lower } = op.definition;
  const order = opCase.order ?? 2;

  test('shape rule', () => checkShapeRule(subject));

  if (wrt.length > 0)
    test('gradients', () => {
      const floats = makeInputs(opCase, 'float64', new Generator(1)) as Tensor[];
      const present = floats.flatMap((x, i) => (x ? [i] : []));
      const fn = (...given: Tensor[]): Tensor[] =>
        subject.call(inputs.map((x, i) => x && given[present.indexOf(i)]));
      const places = wrt.map((i) => present.indexOf(i));
      const given = present.map((i) => floats[i]);
      checkGrads(fn, given, { wrt: places, order: order === 2 ? 2 : 1 });
      checkGrads(fn, given, { wrt: places, dtype: 'float32' });
    });

  if (lower)
    test.each(['cpu', 'portable'] as const)('lowered form for %s', (target) => {
      const attributes = subject.attributes as never;
      const lowered = noGrad(() => lower(inputs as Tensor[], attributes, target));
      const outputs = op.call(inputs, subject.attributes);
      if (!lowered) return;
      (opCase.outputs ?? outputs.map((_, i) => i)).forEach((i) => {
        expect(lowered[i]).toBeAllClose(outputs[i], closeTo(outputs[i]));
      });
    });

  if (!opCase.withoutOrt) {
    test('ONNX Runtime', () => checkOrt(subject));
    if (wrt.length > 0 && !opCase.opset) test('compiled', () => checkCompiled(subject));
  }
}

const defaultsOf = ({ rules }: Op): Record<string, unknown> =>
  Object.fromEntries(Object.entries(rules).map(([name, rule]) => [name, rule.default]));

/** Within 1e-4 of each element, and of the largest one for those that nearly cancel. */
const closeTo = (expected: Tensor, tolerance = 1e-4) => ({
  relative: tolerance,
  absolute: tolerance * Math.max(1e-2, ...expected.toArray().map(Math.abs).filter(Number.isFinite)),
});

function checkShapeRule({ op, opCase, inputs, attributes }: Subject & { attributes: object }): void {
  const outputs = op.call(inputs, attributes);
  const complete = attributes as never;
  const types = op.definition.infer(inputs as Tensor[], complete);
  expect(types.map(({ dtype, shape }) => ({ dtype, shape: [...shape] }))).toEqual(
    outputs.map(({ dtype, shape }) => ({ dtype, shape: [...shape] })),
  );
  const { dims } = opCase;
  if (!dims) return;
  const sizes = new Map<string, number>();
  dims.forEach((shape, i) => {
    shape?.forEach((dim, axis) => {
      if (typeof dim === 'string') sizes.set(dim, inputs[i]!.sizes[axis]);
    });
  });
  const named = inputs.map((x, i) => (dims[i] ? { dtype: x!.dtype, shape: dims[i] } : x));
  const namedTypes = op.definition.infer(named as Tensor[], complete);
  expect(namedTypes.map(({ shape }) => shape.map((dim) => sizeOf(dim, sizes)))).toEqual(
    outputs.map(({ shape }) => [...shape]),
  );
}

/** The size that a name such as `batch`, `4*batch` or `batch+2` stands for. */
function sizeOf(dim: Shape[number], sizes: ReadonlyMap<string, number>): number {
  if (typeof dim === 'number') return dim;
  const factor = (text: string): number => sizes.get(text) ?? Number(text);
  return dim
    .split('+')
    .map((term) => term.split('*').reduce((product, text) => product * factor(text), 1))
    .reduce((a, b) => a + b, 0);
}

const resultsOf =
  (subject: Subject) =>
  (given: Tensors): Tensors =>
    named('y', subject.call(subject.filled(given)));

/** The results, and the gradients of their projection. */
function everythingOf(subject: Subject): (given: Tensors) => Tensors {
  const { opCase, wrt } = subject;
  const results = resultsOf(subject);
  return (given) => {
    const outputs = results(given);
    if (wrt.length === 0 || opCase.opset) return outputs;
    const params = Object.fromEntries(wrt.map((i) => [`x${i}`, given[`x${i}`]]));
    const [, gradient] = valueAndGrad((moved: Tensors) => projection(results({ ...given, ...moved })))(
      params,
    );
    return {
      ...outputs,
      ...Object.fromEntries(Object.entries(gradient).map(([name, dx]) => [`d${name}`, dx])),
    };
  };
}

/** Runs all of it as a compiled training step does: optimized, and on the operators that the processor likes best. */
async function checkCompiled(subject: Subject): Promise<void> {
  const everything = everythingOf(subject);
  const feeds = subject.feeds();
  const run = compile(everything, {
    ort,
    session: { intraOpNumThreads: 1, logSeverityLevel: 3 },
    onFallback: () => undefined,
  });
  const results = await run(feeds);
  expect(run.fallback()).toBeUndefined();
  for (const [name, expected] of Object.entries(everything(feeds)))
    expect(results[name], name).toBeAllClose(expected, closeTo(expected, subject.opCase.tolerance));
  await run.dispose();
}

/** Runs all of it as one graph, and the results with named dimensions. */
async function checkOrt(subject: Subject): Promise<void> {
  const { opCase } = subject;
  const feeds = subject.feeds();
  await compareInOrt(everythingOf(subject), feeds, feeds, opCase);
  if (!opCase.dims) return;
  const types = Object.entries(feeds).map(([name, { dtype, shape }]) => [
    name,
    { dtype, shape: opCase.dims![Number(name.slice(1))] ?? shape },
  ]);
  await compareInOrt(resultsOf(subject), Object.fromEntries(types), feeds, opCase);
}

async function compareInOrt(
  fn: (given: Tensors) => Tensors,
  types: Parameters<typeof trace>[1],
  feeds: Tensors,
  { opset, tolerance }: OpCase,
): Promise<void> {
  const { graph } = trace(fn, types);
  const fetched = await runInOrt(graph, feeds, opset);
  for (const [name, expected] of Object.entries(fn(feeds)))
    expect(fetched[name], name).toBeAllClose(expected, closeTo(expected, tolerance));
}

const named = (prefix: string, tensors: readonly Tensor[]): Tensors =>
  Object.fromEntries(tensors.map((x, i) => [`${prefix}${i}`, x]));

function projection(results: Tensors): Tensor {
  const generator = new Generator(2);
  return Object.values(results)
    .filter(({ dtype }) => isFloat(dtype))
    .map((y) => sum(mul(y, noise(generator, y))))
    .reduce((a, b) => add(a, b));
}

/** Drawn here rather than by `normal`, so that it is a constant of the traced graph. */
const noise = (generator: Generator, { dtype, sizes, size }: Tensor): Tensor =>
  cast(
    tensorOf(
      'float32',
      sizes,
      Float32Array.from(generator.words(size), (word) => word / 2 ** 31 - 1),
    ),
    dtype,
  );
