import { type CompileOptions, compile } from '@trainyard/autograd';
import { type Executor, FunctionRunner, type StepRunner } from './executor.ts';
import { threadCount } from './options.ts';
import { counted } from './text.ts';

export interface CompiledOptions extends Omit<CompileOptions, 'maxSignatures'> {
  /** Threads of one operator; ONNX Runtime decides unless given. A run resumes exactly only with the same number. */
  readonly threads?: number;
}

/**
 * Traces the training step once for each size of batch, and lets ONNX Runtime run it as one graph, in this thread. It
 * gives the losses of the eager executor but for rounding, and the same bytes for the same seed, threads and machine.
 * What can't be compiled runs eagerly; `FitResult.fallback` then says why.
 * @example import * as ort from 'onnxruntime-web'; fit(network, split, { ...options, executor: compiled({ ort }) })
 * @throws InputError when `threads` is no positive integer
 */
export function compiled({ threads, session, ...options }: CompiledOptions): Executor {
  const threading = threads !== undefined && {
    intraOpNumThreads: threadCount('compiled', 'threads', threads),
  };
  return {
    name: threads === undefined ? 'compiled' : `compiled, ${counted(threads, 'thread')}`,
    prepare(step): StepRunner {
      const run = compile(step, { ...options, session: { ...session, ...threading } });
      return Object.assign(new FunctionRunner(run), { fallback: run.fallback, dispose: run.dispose });
    },
  };
}
