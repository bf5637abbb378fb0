import { rm } from 'node:fs/promises';
import { countFlops, importNetwork, pruneChannels, pruneMagnitude, withWeights } from '@trainyard/exporter';
import { type Model, readModel, writeModel } from '@trainyard/onnx-ir';
import { fit } from '@trainyard/trainer';
import { digestOf, type PruneRecipe } from '../config.ts';
import { readDatasetInfo, readSplit } from '../dataset-file.ts';
import { scheduleOf } from '../recipe.ts';
import { runOptionsOf } from '../run-options.ts';
import type { Stage } from '../stage.ts';
import { writeVariants } from '../variants.ts';

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

const prune: Stage = async (context) => {
  const { folder, log } = context;
  const { seed, recipes, train } = await folder.section('prune');
  const info = await readDatasetInfo(folder);
  const pictures = await readSplit(folder, 'train');
  const bytes = await folder.read('optimize', 'float32.onnx');
  const original = readModel(bytes);
  const before = countFlops(original).total;
  const variants = [];
  for (const recipe of recipes) {
    const { model: pruned, masks, report } = cut(original, recipe);
    const network = importNetwork(pruned);
    const { epochs, learningRate } = recipe.fineTune;
    const { stopped, executor } = await fit(network, pictures, {
      epochs,
      ...runOptionsOf(context, train, info, [recipe, seed, train, digestOf(bytes)]),
      schedule: scheduleOf({ ...train, warmUp: 0, schedule: 'cosine', learningRate }),
      seed,
      masks,
    });
    if (stopped === 'aborted') return;
    const model = withWeights(pruned, network);
    variants.push({
      name: recipe.name,
      precision: 'float32' as const,
      bytes: writeModel(model),
      notes: report,
    });
    const gain =
      'zeros' in report
        ? `${percent(report.zeros / report.weights)} of the weights are zero`
        : `${percent(1 - countFlops(model).total / before)} fewer FLOPs`;
    log.success(
      `${recipe.name}: ${gain}, fine-tuned for ${epochs} ${epochs === 1 ? 'epoch' : 'epochs'} (${executor})`,
    );
  }
  await writeVariants(folder, 'prune', variants);
  await rm(folder.stage('checkpoints'), { recursive: true, force: true });
};

function cut(model: Model, recipe: PruneRecipe) {
  switch (recipe.method) {
    case 'channels':
      return { masks: undefined, ...pruneChannels(model, recipe) };
    case 'magnitude':
      return pruneMagnitude(model, recipe);
  }
}

export default prune;
