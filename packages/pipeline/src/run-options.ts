import { checkpointFile, terminalProgress } from '@trainyard/trainer/node';
import { digestOf, type Pipeline } from './config.ts';
import type { DatasetInfo } from './dataset-file.ts';
import { executorOf, stepOptionsOf } from './recipe.ts';
import type { StageContext } from './stage.ts';

/**
 * What a stage that trains gives to `fit`, so that it shows its progress, stops on Ctrl-C and goes on where it was.
 * @param identity what the run depends on beside pictures and executor: an interrupted run goes on only where all of
 * it is the same, and another run has a checkpoint of another name
 */
export function runOptionsOf(
  { folder, log, signal, progress = terminalProgress(), checkpointSeconds = 10 }: StageContext,
  recipe: Pipeline['train'],
  { digest, imageShape }: DatasetInfo,
  identity: readonly unknown[],
) {
  const executor = executorOf(recipe, (line) => log.warn(line));
  const key = digestOf(JSON.stringify([...identity, digest, executor.name])).slice(7, 23);
  return {
    ...stepOptionsOf(recipe),
    executor,
    imageShape,
    signal,
    checkpoint: {
      store: checkpointFile(folder.path('checkpoints', `${key}.ckpt`)),
      everySeconds: checkpointSeconds,
    },
    resume: true,
    progress,
  };
}
