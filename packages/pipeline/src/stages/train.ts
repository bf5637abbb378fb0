import { rm } from 'node:fs/promises';
import { fit, saveWeights } from '@trainyard/trainer';
import { $ } from 'zx';
import { holdOut, readDatasetInfo, readSplit } from '../dataset-file.ts';
import { json } from '../folder.ts';
import { loadNetwork, networkInput } from '../load-network.ts';
import { networkSource } from '../network-source.ts';
import { scheduleOf } from '../recipe.ts';
import { runOptionsOf } from '../run-options.ts';
import type { RunRecord } from '../run-record.ts';
import type { Stage } from '../stage.ts';

/** The platform's own shell: zx alone would look for bash, which Windows may lack. */
const run = $({ nothrow: true, quiet: true, shell: true, prefix: '', postfix: '', quote: String });

/** The commit whose code trains, or null outside of a repository. */
async function currentCommit(root: string): Promise<string | null> {
  const { exitCode, stdout } = await run({ cwd: root })`git rev-parse HEAD`;
  return exitCode === 0 ? stdout.trim() : null;
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
  const { history, stopped, executor, fallback } = await fit(network, kept, {
    epochs: recipe.epochs,
    ...runOptionsOf(context, recipe, info, [section, source]),
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
