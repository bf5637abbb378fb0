import type { Graph } from '@trainyard/onnx-ir';
import type { Tensor } from './tensor.ts';
import { type HostInput, type TraceOptions, Tracer, withTracer } from './tracer.ts';
import type { TensorType } from './types.ts';

export type Tensors = Readonly<Record<string, Tensor>>;
export type TensorTypes<I extends Tensors> = { readonly [N in keyof I]: TensorType };

export interface Traced {
  readonly graph: Graph;
  /** Inputs beyond those asked for, which the host computes before each run. */
  readonly hostInputs: readonly HostInput[];
  /** What the graph calls each result: its name, or `name:next` where an input has that name. */
  readonly outputNames: ReadonlyMap<string, string>;
}

/**
 * Runs `fn` once on symbolic tensors and writes down what it does as an ONNX graph.
 * Names of arguments and results become the names of the graph's inputs and outputs (`outputNames` where a result
 * is named as an argument is); dimensions may be names.
 * Whatever does not depend on the arguments is computed now and becomes a constant.
 * @example trace(({ x }) => ({ y: relu(x) }), { x: { dtype: 'float32', shape: ['batch', 3] } }).graph
 * @throws InputError when `fn` reads the data of a traced tensor
 */
export function trace<I extends Tensors>(
  fn: (inputs: I) => Tensors,
  types: TensorTypes<I>,
  options: TraceOptions = {},
): Traced {
  const tracer = new Tracer(options);
  withTracer(tracer, () => {
    const inputs = Object.entries<TensorType>(types).map(([name, type]) => [name, tracer.input(name, type)]);
    const outputs = fn(Object.fromEntries(inputs) as I);
    for (const [name, output] of Object.entries(outputs)) tracer.output(name, output);
  });
  return { graph: tracer.graph, hostInputs: tracer.hostInputs, outputNames: tracer.outputNames };
}
