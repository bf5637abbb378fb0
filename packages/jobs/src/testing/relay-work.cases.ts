import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { FinalError, type StageWork } from '../flow.ts';

/** How the work of tests behaves. */
export interface RelayConfig {
  readonly seed: number;
  /** Steps of each stage, and milliseconds of each. */
  readonly steps?: number;
  readonly stepMs?: number;
  /** Fails in this stage: as often as given. */
  readonly fail?: { readonly stage: string; readonly times?: number; readonly final?: boolean };
  /** Ends its own process in this stage, at this step, each time. */
  readonly crash?: { readonly stage: string };
  /** Keeps its thread busy for so many milliseconds. */
  readonly block?: number;
}

/**
 * Work that is slow, resumable and the same each time: every stage turns the number of the stage before into another
 * one, step by step, and remembers in a checkpoint how far it is.
 */
const work: StageWork = async ({ stage, run, folder }, { signal, progress, log }) => {
  const { seed, steps = 5, stepMs = 10, fail, crash, block } = run.config as unknown as RelayConfig;
  const before =
    stage === 'first' ? seed : Number(await readFile(join(folder, 'relay', 'number.txt'), 'utf8'));
  const checkpoint = join(folder, 'checkpoints', `${stage}.json`);
  let state = await readFile(checkpoint, 'utf8').then(
    (text) => JSON.parse(text) as { step: number; value: number; failures: number },
    () => ({ step: 0, value: before, failures: 0 }),
  );
  const from = state.step;
  const save = async () => {
    await mkdir(join(folder, 'checkpoints'), { recursive: true });
    await writeFile(checkpoint, JSON.stringify(state));
  };
  if (block) for (const end = performance.now() + block; performance.now() < end; );
  if (fail?.stage === stage && state.failures < (fail.times ?? Number.POSITIVE_INFINITY)) {
    state = { ...state, failures: state.failures + 1 };
    await save();
    throw fail.final ? new FinalError('it can never work') : new Error('it did not work');
  }
  while (state.step < steps) {
    signal.throwIfAborted();
    if (crash?.stage === stage) process.kill(process.pid, 'SIGKILL');
    await wait(stepMs);
    state = { ...state, step: state.step + 1, value: (state.value * 48_271 + state.step) % 2_147_483_647 };
    await save();
    progress(state.step / steps, `step ${state.step}`);
    log([{ name: `${stage}/value`, step: state.step, value: state.value }]);
  }
  await mkdir(join(folder, 'relay'), { recursive: true });
  await writeFile(join(folder, 'relay', 'number.txt'), String(state.value));
  return { files: ['relay/number.txt'], result: { from, metrics: { [stage]: state.value } } };
};

export default work;
