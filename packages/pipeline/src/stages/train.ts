import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fit, saveWeights } from '@trainyard/trainer';
import { checkpointFile, terminalProgress } from '@trainyard/trainer/node';
import { $ } from 'zx';
import { digestOf } from '../config.ts';
import { holdOut, readDatasetInfo, readSplit } from '../dataset-file.ts';
import { loadNetwork, networkInput } from '../load-pipeline.ts';
import { augmentationOf, executorOf, optimizerOf, scheduleOf } from '../recipe.ts';
import type { RunRecord } from '../run-record.ts';
import type { Stage } from '../stage.ts';

/** The commit whose code trains, or null outside of a repository. */
async function currentCommit(root: string): Promise<string | null> {
  const { exitCode, stdout } = await $({ cwd: root, nothrow: true, quiet: true })`git rev-parse HEAD`;
  return exitCode === 0 ? stdout.trim() : null;
}

const train: Stage = async ({ folder, log, signal }) => {
  const section = await folder.section('train');
  const { seed, network: file, recipe } = section;
  const info = await readDatasetInfo(folder);
  const network = await loadNetwork(folder.root, file, networkInput(info));
  const pictures = await readSplit(folder, 'train');
  const { kept, held } = holdOut(pictures, recipe.validation);

  const executor = executorOf(recipe, (line) => log.warn(line));

  // Another recipe, network, dataset or executor has another name: an interrupted run goes on only where it is the same run.
  const source = await readFile(join(folder.root, file), 'utf8');
  const key = digestOf(JSON.stringify([section, info.digest, source, executor.name])).slice(7, 23);
  const { history, stopped, ...ranBy } = await fit(network, kept, {
    epochs: recipe.epochs,
    batchSize: recipe.batchSize,
    optimizer: optimizerOf(recipe),
    schedule: scheduleOf(recipe),
    labelSmoothing: recipe.labelSmoothing,
    augment: augmentationOf(recipe),
    validation: held,
    seed,
    signal,
    checkpoint: { store: checkpointFile(folder.path('checkpoints', `${key}.ckpt`)), everySeconds: 10 },
    resume: true,
    progress: terminalProgress(),
    imageShape: info.imageShape,
    executor,
  });
  if (stopped === 'aborted') return;

  const seconds = history.reduce((sum, epoch) => sum + epoch.seconds, 0);
  const imagesPerSecond = (kept.length * history.length) / seconds;
  const record: RunRecord = {
    executor: ranBy.executor,
    ...(ranBy.fallback && { fallback: ranBy.fallback }),
    epochs: history.length,
    seconds,
    imagesPerSecond,
    history,
    commit: await currentCommit(folder.root),
  };
  await folder.clear('train');
  await folder.write('train', 'weights.bin', await saveWeights(network));
  await folder.writeJson('train', 'run.json', record);
  await rm(folder.stage('checkpoints'), { recursive: true, force: true });
  log.success(
    `${history.length} epochs in ${seconds.toFixed(1)} s, ${Math.round(imagesPerSecond)} pictures a second (${ranBy.executor})`,
  );
};

export default train;
