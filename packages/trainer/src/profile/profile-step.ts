import {
  full,
  Generator,
  type OnnxFunction,
  type OrtNamespace,
  type OrtTensors,
  onnxBytes,
  onnxFor,
  type Target,
  type Tensors,
  toOrt,
  zeros,
} from '@trainyard/autograd';
import type { FitOptions } from '../fit-options.ts';
import { softmaxCrossEntropy } from '../losses/index.ts';
import { bufferValues, type Module } from '../module.ts';
import { observeModules } from '../module-path.ts';
import { inRange, positive } from '../options.ts';
import { applyMasks, packTensors, trainStep } from '../train-step.ts';
import { nameOrigins, type Origin } from './origins.ts';
import { profileRuns } from './ort-profile.ts';
import { ScopedNetwork, scopedRecipe } from './scoped-step.ts';
import { batchOf, drawnValues, type PicturesOptions } from './step-inputs.ts';
import { groupTimes, type StepProfile } from './step-profile.ts';

type StepOptions = Pick<
  FitOptions,
  'optimizer' | 'loss' | 'labelSmoothing' | 'masks' | 'regularize' | 'clipGradients'
>;

/** What `fit` takes of a step, and how it is measured. */
export interface ProfileStepOptions extends StepOptions, PicturesOptions {
  /** The namespace of onnxruntime-node. */
  readonly ort: OrtNamespace;
  /** Decides the random pictures, and values that parameters do not have yet; 1 unless given. */
  readonly seed?: number;
  /** Steps that are measured at most; 20 unless given. */
  readonly steps?: number;
  /** Seconds after which no further step begins, once there are three; 10 unless given. */
  readonly seconds?: number;
  /** Threads of one operator; ONNX Runtime decides unless given. */
  readonly threads?: number;
  /** Options of ONNX Runtime's session. */
  readonly session?: object;
  /** What operators are lowered for; `portable` where `session` asks for the provider `webgpu`, else `cpu`. */
  readonly target?: Target;
}

/**
 * Where the time of a compiled training step goes: the graph that `fit` runs, forward, backward and update, node by
 * node as ONNX Runtime's profiler has it, added up by the module that each node comes from, and by operator. The
 * network stays as it is. The event loop is blocked while a step runs, and a step takes longer than in training.
 * @example console.log(formatProfile(await profileStep(network, { ort, pictures, batchSize: 32, optimizer: sgd() })))
 * @throws InputError, NetworkError when options, pictures and network don't fit each other, or an operator has no form
 * in ONNX
 */
export async function profileStep(network: Module, options: ProfileStepOptions): Promise<StepProfile> {
  const { ort, threads, steps = 20, seconds = 10 } = options;
  const where = 'profileStep';
  positive(where, 'steps', steps);
  positive(where, 'batchSize', options.batchSize);
  inRange(where, 'seconds', seconds, 0, Infinity);
  inRange(where, 'labelSmoothing', options.labelSmoothing ?? 0, 0, 1);
  const threading = threads !== undefined && { intraOpNumThreads: positive(where, 'threads', threads) };

  const { onnx, inputs, origins, kinds } = await tracedStep(network, options);
  const drawn = onnx.hostInputs.map(({ name, produce }) => [name, produce()] as const);
  const results = [...onnx.outputNames].map(([name, inGraph]) => {
    const { dtype, shape } = onnx.outputTypes.get(name)!;
    return [inGraph, zeros(shape as readonly number[], dtype)] as const;
  });
  const { runs, nodes } = await profileRuns({
    ort,
    session: { logSeverityLevel: 3, ...options.session, ...threading },
    model: onnxBytes(onnx),
    feeds: allToOrt(ort, { ...inputs, ...Object.fromEntries(drawn) }),
    fetches: allToOrt(ort, Object.fromEntries(results)),
    runs: steps,
    seconds,
  });
  return { batchSize: inputs.labels.size, steps: runs, ...groupTimes(nodes, origins, kinds) };
}

/** The step that the compiled executor would run, what it takes, and where its nodes come from; classes of modules. */
async function tracedStep(
  network: Module,
  options: ProfileStepOptions,
): Promise<{
  onnx: OnnxFunction;
  inputs: Tensors;
  origins: ReadonlyMap<string, Origin>;
  kinds: ReadonlyMap<string, string>;
}> {
  const { ort, optimizer, labelSmoothing = 0, seed = 1, session, target } = options;
  const batch = batchOf(network, options, seed);
  const params = applyMasks(drawnValues(network, seed), options.masks);
  const inputs = {
    ...packTensors({ params, buffers: bufferValues(network), optimizer: optimizer.init(params) }),
    ...batch,
    learningRate: full([], 0.01),
  };
  const recipe = scopedRecipe({ ...options, loss: options.loss ?? softmaxCrossEntropy({ labelSmoothing }) });
  const step = trainStep(new ScopedNetwork(network), recipe, new Generator(seed));
  const kinds = new Map<string, string>();
  // The network is run in it before anything is waited for.
  const onnx = await observeModules(
    ({ path, kind }) => kinds.set(path, kind),
    () => onnxFor(step, inputs, { ort, session, ...(target && { target }) }),
  );
  const origins = nameOrigins(onnx, { modules: kinds, parameters: Object.keys(params) });
  return { onnx, inputs, origins, kinds };
}

const allToOrt = (ort: OrtNamespace, tensors: Tensors): OrtTensors =>
  Object.fromEntries(Object.entries(tensors).map(([name, x]) => [name, toOrt(ort, x)]));
