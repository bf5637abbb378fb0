import type { ShapeOptions } from '@trainyard/exporter';
import { type Model, ModelError } from '@trainyard/onnx-ir';
import { emitHeader, type Origin } from './emit/header.ts';
import { type Interface, interfaceOf } from './emit/interface.ts';
import { emitMain } from './emit/main.ts';
import { emitSource } from './emit/source.ts';
import { kernels } from './kernels/index.ts';
import type { KernelOptions } from './kernels/kernel.ts';
import { planArena } from './plan/plan-arena.ts';
import { buildProgram } from './program/build-program.ts';
import { lowerGraph } from './program/lower.ts';
import { identifier } from './program/names.ts';
import { prepare } from './program/prepare.ts';
import { type Report, reportOf } from './report/report.ts';

export interface GenerateOptions extends Partial<KernelOptions>, Origin {
  /** Begins the names of files, functions and macros: lower case letters, digits and underscores; the graph's name. */
  readonly name?: string;
  /** Names of the classes, one for each element of the only output. */
  readonly labels?: readonly string[];
  /** Shapes of inputs where more than the first dimension is open; the first is 1. */
  readonly inputShape?: ShapeOptions['inputShape'];
}

export interface GeneratedC {
  /** Names of the files are `<name>.h` and `<name>.c`. */
  readonly name: string;
  readonly header: string;
  readonly source: string;
  /** A program for a terminal, `main.c`: it classifies a picture, or runs the model over files. */
  readonly main: string;
  readonly report: Report;
  /** Inputs and outputs as the header declares them. */
  readonly interface: Interface;
}

/**
 * A model as dependency-free C99 that runs it for a batch of 1: weights in constant arrays, all else in one static
 * arena.
 * @throws ModelError that names the node, when an operator or a use of one has no kernel, or a size stays open
 */
export function generateC(model: Model, options: GenerateOptions = {}): GeneratedC {
  const { cmsisNn = false, labels, inputShape } = options;
  const requantize = requantizeOf(options);
  const name = nameOf(model, options.name);
  const {
    model: prepared,
    view,
    notes,
  } = prepare(model, kernels, { cmsisNn, requantize }, inputShape ? { inputShape } : {});
  const lowered = lowerGraph(prepared.graph, view, kernels);
  const program = buildProgram(name, prepared.graph, lowered, view);
  const plan = planArena(program);
  const api = interfaceOf(program, labels);
  checkLabels(api);
  const report = reportOf(program, plan, notes);
  return {
    name,
    header: emitHeader(api, report, options),
    source: emitSource(program, plan, api),
    main: emitMain(api),
    report,
    interface: api,
  };
}

/** CMSIS-NN rescales by multipliers and shifts, so what is computed beside it has to do so too. */
function requantizeOf({ cmsisNn, requantize }: GenerateOptions): KernelOptions['requantize'] {
  if (cmsisNn && requantize === 'float')
    throw new ModelError(
      'generateC',
      "requantize 'integer' with cmsisNn",
      "'float'",
      'leave `requantize` out',
    );
  return requantize ?? (cmsisNn ? 'integer' : 'float');
}

const namePattern = /^[a-z][a-z0-9_]{0,47}$/;

function nameOf(model: Model, given: string | undefined): string {
  const name = given ?? identifier(model.graph.name || 'model').toLowerCase();
  if (namePattern.test(name)) return name;
  throw new ModelError(
    'generateC',
    `a name of lower case letters, digits and underscores`,
    `"${name}"`,
    'give another `name`',
  );
}

function checkLabels({ labels, outputs }: Interface): void {
  const size = outputs[0]?.size;
  if (labels && (outputs.length !== 1 || size !== labels.length))
    throw new ModelError(
      'generateC',
      outputs.length === 1
        ? `${size} labels, one for each element of the output`
        : 'labels for a model of one output',
      `${labels.length}${outputs.length === 1 ? '' : ` for ${outputs.length} outputs`}`,
      'give the labels of this model, or none',
    );
}
