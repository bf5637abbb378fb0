import {
  type Attribute,
  createModel,
  fromNumbers,
  Graph,
  type Model,
  Node,
  type TensorData,
  Value,
} from '@trainyard/onnx-ir';

/** What is fed, with elements that a case can ask for; or a constant. */
export interface CaseInput {
  readonly dtype: 'float32' | 'uint8' | 'int8' | 'int64' | 'int32' | 'float16' | 'bool';
  readonly shape: readonly number[];
  readonly isConstant: boolean;
  readonly low: number;
  readonly high: number;
  readonly values?: readonly number[];
}

type AttributeValue = number | string | readonly number[] | { readonly float: number };

export interface OperatorCase {
  readonly operator: string;
  readonly inputs: readonly (CaseInput | undefined)[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  readonly outputs?: number;
  readonly opset?: number;
  /** An operator of one input after it, which may be fused. */
  readonly followedBy?: { readonly operator: string; readonly inputs?: readonly CaseInput[] };
  /** The largest difference that rounding explains; 1e-5 of what is largest, or at least of 1. */
  readonly tolerance?: number;
}

/** Random numbers that are fed, between −2 and 2. */
export const x = (...shape: number[]): CaseInput => ({
  dtype: 'float32',
  shape,
  isConstant: false,
  low: -2,
  high: 2,
});
/** Random numbers that are fed, in a range. */
export const between = (low: number, high: number, ...shape: number[]): CaseInput => ({
  ...x(...shape),
  low,
  high,
});
/** Random constants, between −1 and 1. */
export const w = (...shape: number[]): CaseInput => ({
  dtype: 'float32',
  shape,
  isConstant: true,
  low: -1,
  high: 1,
});
/** Positive random constants. */
export const positive = (...shape: number[]): CaseInput => ({ ...w(...shape), low: 0.5, high: 2 });
export const half = (...shape: number[]): CaseInput => ({ ...w(...shape), dtype: 'float16' });
export const bytes = (...shape: number[]): CaseInput => ({
  ...x(...shape),
  dtype: 'uint8',
  low: 0,
  high: 255,
});
export const signed = (...shape: number[]): CaseInput => ({
  ...x(...shape),
  dtype: 'int8',
  low: -128,
  high: 127,
});
export const ints = (...values: number[]): CaseInput => ({
  ...w(values.length),
  dtype: 'int64',
  values,
});
export const floats = (...values: number[]): CaseInput => ({ ...w(values.length), values });
export const scalar = (value: number, dtype: CaseInput['dtype'] = 'float32'): CaseInput => ({
  ...w(),
  dtype,
  values: [value],
});

/** Numbers that repeat themselves from run to run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const attribute = (value: AttributeValue): Attribute => {
  if (typeof value === 'number') return { kind: 'int', value };
  if (typeof value === 'string') return { kind: 'string', value };
  return Array.isArray(value)
    ? { kind: 'ints', value }
    : { kind: 'float', value: (value as { float: number }).float };
};

export interface CaseModel {
  readonly model: Model;
  /** What is fed, by name, in the order of the inputs. */
  readonly feeds: readonly { readonly name: string; readonly data: TensorData }[];
  /** Names of the outputs of each case. */
  readonly outputs: readonly (readonly string[])[];
}

/**
 * One model of many cases, which have nothing to do with each other: it is compiled once.
 * @param inside puts two negations before and after each case, so that it computes in the arena, and in place
 */
export function modelOfCases(cases: readonly OperatorCase[], opset: number, inside = false): CaseModel {
  const graph = new Graph('cases');
  const next = random(cases.length + opset);
  const feeds: { name: string; data: TensorData }[] = [];
  const add = (input: CaseInput, name: string): Value => {
    const size = input.shape.reduce((a, b) => a * b, 1);
    const isInteger = !input.dtype.startsWith('float');
    const drawn = Array.from({ length: size }, () => {
      const number = input.low + next() * (input.high - input.low);
      return isInteger ? Math.round(number) : number;
    });
    const data = fromNumbers(input.dtype as 'float32', input.shape, input.values ?? drawn);
    if (input.isConstant) return graph.addInitializer(name, data);
    const value = new Value(name, { dtype: input.dtype, shape: input.shape });
    graph.inputs.push(value);
    feeds.push({ name, data });
    return inside && input.dtype === 'float32' ? negatedTwice(graph, value) : value;
  };
  const outputs = cases.map((one, i) => {
    const inputs = one.inputs.map((input, j) => input && add(input, `in_${i}_${j}`));
    const results = Array.from({ length: one.outputs ?? 1 }, (_, j) => new Value(`out_${i}_${j}`));
    const attributes = Object.entries(one.attributes ?? {}).map(
      ([name, value]) => [name, attribute(value)] as const,
    );
    const node = new Node(one.operator, inputs, results, {
      name: `${one.operator}_${i}`,
      attributes: new Map(attributes),
    });
    graph.nodes.push(node);
    const last = one.followedBy ? [new Value(`then_${i}`)] : results;
    if (one.followedBy) {
      const more = (one.followedBy.inputs ?? []).map((input, j) => add(input, `then_${i}_${j}`));
      graph.nodes.push(new Node(one.followedBy.operator, [results[0], ...more], last, { name: `then_${i}` }));
    }
    // What is float at the end, which the dtype of the only input tells well enough.
    const isFloat = !one.operator.startsWith('Arg') && !/Cast|QuantizeLinear$/.test(one.operator);
    const wrapped =
      inside && isFloat && one.inputs[0]?.dtype === 'float32'
        ? last.map((value) => negatedTwice(graph, value))
        : last;
    graph.outputs.push(...wrapped);
    return wrapped.map(({ name }) => name);
  });
  return {
    model: createModel(graph, { opsetImports: new Map([['', opset]]), irVersion: 10 }),
    feeds,
    outputs,
  };
}

function negatedTwice(graph: Graph, value: Value): Value {
  const once = new Value(`${value.name}_negated`);
  const twice = new Value(`${value.name}_again`);
  graph.nodes.push(new Node('Neg', [value], [once]), new Node('Neg', [once], [twice]));
  return twice;
}
