import { InputError, type OrtNamespace } from '@trainyard/autograd';
import { platform } from '#platform';
import { compiled } from './compiled.ts';
import { type Executor, eager } from './executor.ts';
import type { FitOptions } from './fit-options.ts';
import type { FoundOrt } from './platform/platform.ts';

export interface ChosenExecutor {
  readonly executor: Executor;
  /** Why it is eager where compiled was asked for. */
  readonly fallback?: string;
  /** What evaluates between epochs; our own kernels where there is none. */
  readonly ort?: OrtNamespace | undefined;
  readonly threads?: number | undefined;
}

/**
 * What runs the steps of a run.
 * @throws InputError when options exclude each other, or workers are asked for where there are none
 */
export async function chooseExecutor(options: FitOptions): Promise<ChosenExecutor> {
  const { workers, threads } = options;
  const executor = options.executor === eager ? 'eager' : (options.executor ?? 'compiled');
  const found = await findOrt(options.ort, executor);
  const { ort } = found;
  if (executor !== 'compiled') {
    if (workers !== undefined || threads !== undefined)
      throw new InputError(
        'fit',
        "workers and threads with executor 'compiled'",
        `executor ${typeof executor === 'string' ? `'${executor}'` : `"${executor.name}"`}`,
        'leave them out, or give them to the executor',
      );
    if (typeof executor !== 'string') return { executor, ort };
    if (executor === 'eager') return { executor: eager };
    throw new InputError('fit', "executor 'compiled', 'eager' or an Executor", `'${executor}'`);
  }
  if (platform.workers && !options.ort && ort)
    return { executor: platform.workers({ workers, threads }), ort, threads };
  if (workers !== undefined)
    throw new InputError(
      'fit',
      'workers in Node, with onnxruntime-node installed and no ort handed in',
      found.missing ? `none: ${found.missing}` : 'another platform',
      'leave workers out',
    );
  if (ort) return { executor: compiled({ ort, ...(threads !== undefined && { threads }) }), ort, threads };
  return { executor: eager, fallback: `fit: runs eagerly, because ${found.missing}` };
}

const findOrt = async (
  given: OrtNamespace | undefined,
  executor: FitOptions['executor'],
): Promise<FoundOrt> => {
  if (given) return { ort: given };
  return executor === 'eager' ? { missing: 'it was not asked for' } : platform.findOrt();
};
