import { isDType, nodeFlops, type TensorType, tensorOfData, trace } from '@trainyard/autograd';
import type { Module } from './module.ts';
import { type ModuleRun, observeModules } from './module-path.ts';
import { alignColumns } from './text.ts';

export interface ModuleSummary extends ModuleRun {
  /** Trained numbers, those of inner modules included. */
  readonly parameters: number;
  /** Floating-point operations of this input, 2 for a multiply-add, inner modules included. */
  readonly flops: number;
}

export interface NetworkSummary {
  /** In the order they finish: inner modules before the ones around them. */
  readonly modules: readonly ModuleSummary[];
  readonly output: TensorType;
  readonly parameters: number;
  readonly flops: number;
}

type TracedNode = ReturnType<typeof trace>['graph']['nodes'][number];
type TracedValue = NonNullable<TracedNode['inputs'][number]>;

/**
 * What a network does with an input of a type: shapes, parameters and FLOPs of each module, found by its shape rules
 * without computing anything. It is also the check that a network fits its input.
 * @param input such as `{ dtype: 'uint8', shape: [1, 28, 28, 1] }`; FLOPs are those of all its pictures
 * @throws NetworkError that names the module which does not fit
 */
export function describeNetwork(network: Module, input: TensorType): NetworkSummary {
  const runs: ModuleRun[] = [];
  let output: TensorType = input;
  const { graph } = trace(
    ({ x }) => {
      const y = observeModules(
        (run) => runs.push(run),
        () => network.forward(x),
      );
      output = { dtype: y.dtype, shape: y.shape };
      return { y };
    },
    { x: input },
    { lower: false },
  );
  const costs = graph.nodes.map((node) => ({ name: node.name, flops: flopsOf(node) }));
  const sizes = [...network.namedParameters()].map(([name, { value }]) => ({ name, size: value.size }));
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
  const modules = runs.map((run) => ({
    ...run,
    parameters: sum(sizes.filter(({ name }) => name.startsWith(`${run.path}.`)).map(({ size }) => size)),
    flops: sum(
      costs
        .filter(({ name }) => name.startsWith(`${run.path.replaceAll('.', '/')}/`))
        .map(({ flops }) => flops),
    ),
  }));
  return {
    modules,
    output,
    parameters: sum(sizes.map(({ size }) => size)),
    flops: sum(costs.map(({ flops }) => flops)),
  };
}

function flopsOf(node: TracedNode): number {
  const typeOf = (value: TracedValue | undefined) => value && tensorTypeOf(value);
  return nodeFlops(node, node.inputs.map(typeOf), node.outputs.map(typeOf)) ?? 0;
}

function tensorTypeOf(value: TracedValue): TensorType {
  if (value.data) return tensorOfData(value.data);
  const { dtype, shape } = value.type ?? {};
  if (!dtype || !isDType(dtype) || !shape || shape.includes(null))
    throw new Error(`describeNetwork: expected a type of ${value.name}, got none`);
  return { dtype, shape: shape as TensorType['shape'] };
}

/** A table of a network's modules, their output shapes, parameters and FLOPs, for people. */
export function formatSummary({ modules, parameters, flops }: NetworkSummary): string {
  const rows = [
    ['module', 'kind', 'output', 'parameters', 'FLOPs'],
    ...modules.map((m) => [
      m.path,
      m.kind,
      `[${m.output.shape.join(', ')}]`,
      grouped(m.parameters),
      grouped(m.flops),
    ]),
    ['total', '', '', grouped(parameters), grouped(flops)],
  ];
  return alignColumns(rows, 3).join('\n');
}

const grouped = (n: number): string => n.toLocaleString('en-US');
