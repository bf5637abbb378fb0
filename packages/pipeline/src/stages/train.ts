import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { fit, loadWeights, type Module, saveWeights } from '@trainyard/trainer';
import { digestOf } from '../config.ts';
import { currentCommit } from '../current-commit.ts';
import { holdOut, readDatasetInfo, readSplit } from '../dataset-file.ts';
import { CommandError } from '../errors.ts';
import { json, type PipelineFolder } from '../folder.ts';
import { loadNetwork, networkInput } from '../load-network.ts';
import { networkSource } from '../network-source.ts';
import { scheduleOf } from '../recipe.ts';
import { runOptionsOf } from '../run-options.ts';
import type { RunRecord } from '../run-record.ts';
import type { Stage } from '../stage.ts';

/**
 * Starts the network from the champion's weights, which lie in the work folder as `warm/weights.bin`.
 * @returns their digest
 * @throws CommandError where there are none, or they are of another network
 */
async function warmStart(folder: PipelineFolder, network: Module): Promise<string> {
  const path = folder.path('warm', 'weights.bin');
  const cold = "start cold: retrain.start 'cold'";
  if (!existsSync(path)) throw new CommandError(path, "the champion's weights", 'no such file', cold);
  const weights = await readFile(path);
  try {
    await loadWeights(network, weights, "the champion's weights");
  } catch (cause) {
    throw new CommandError(
      'warm start',
      "the champion's weights to fit the network",
      (cause as Error).message,
      `the network or its classes have changed since: ${cold}`,
      { cause },
    );
  }
  return digestOf(weights);
}

const train: Stage = async (context) => {
  const { folder, log } = context;
  const section = await folder.section('train');
  const { seed, network: file, recipe } = section;
  const info = await readDatasetInfo(folder);
  const network = await loadNetwork(folder.root, file, networkInput(info));
  const pictures = await readSplit(folder, 'train');
  const { kept, held } = holdOut(pictures, recipe.validation);

  const source = await networkSource(folder.root);
  const warm = 'start' in section ? [await warmStart(folder, network)] : [];
  const { history, stopped, executor, fallback } = await fit(network, kept, {
    epochs: recipe.epochs,
    ...runOptionsOf(context, recipe, info, [section, source, ...warm]),
    schedule: scheduleOf(recipe),
    validation: held,
    monitor: recipe.monitor,
    earlyStopping: recipe.earlyStopping,
    keepBest: recipe.keepBest,
    seed,
  });
  if (stopped === 'aborted') return;

  const seconds = history.reduce((sum, epoch) => sum + epoch.seconds, 0);
  const imagesPerSecond = (kept.length * history.length) / seconds;
  const record: RunRecord = {
    executor,
    ...(fallback && { fallback }),
    epochs: history.length,
    seconds,
    imagesPerSecond,
    history,
    commit: await currentCommit(folder.root),
  };
  await folder.replace('train', { 'weights.bin': await saveWeights(network), 'run.json': json(record) });
  await rm(folder.stage('checkpoints'), { recursive: true, force: true });
  log.success(
    `${history.length} ${history.length === 1 ? 'epoch' : 'epochs'} in ${seconds.toFixed(1)} s, ${Math.round(imagesPerSecond)} pictures a second (${executor})`,
  );
};

export default train;
