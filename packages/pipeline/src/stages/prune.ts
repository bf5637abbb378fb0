import { countFlops, importNetwork, pruneChannels, pruneMagnitude, withWeights } from '@trainyard/exporter';
import { type Model, readModel, writeModel } from '@trainyard/onnx-ir';
import { fit } from '@trainyard/trainer';
import { terminalProgress } from '@trainyard/trainer/node';
import type { PruneRecipe } from '../config.ts';
import { readDatasetInfo, readSplit } from '../dataset-file.ts';
import { augmentationOf, executorOf, optimizerOf, scheduleOf } from '../recipe.ts';
import type { Stage } from '../stage.ts';
import { writeVariants } from '../variants.ts';

const prune: Stage = async ({ folder, log, signal }) => {
  const { seed, recipes, train } = await folder.section('prune');
  const info = await readDatasetInfo(folder);
  const pictures = await readSplit(folder, 'train');
  const original = readModel(await folder.read('optimize', 'float32.onnx'));
  const before = countFlops(original).total;
  const variants = [];
  for (const recipe of recipes) {
    const { model: pruned, masks, report } = cut(original, recipe);
    const network = importNetwork(pruned);
    const { epochs, learningRate } = recipe.fineTune;
    const { stopped, executor } = await fit(network, pictures, {
      epochs,
      batchSize: train.batchSize,
      optimizer: optimizerOf(train),
      schedule: scheduleOf({ schedule: 'cosine', learningRate }),
      labelSmoothing: train.labelSmoothing,
      augment: augmentationOf(train),
      seed,
      masks,
      signal,
      progress: terminalProgress(),
      imageShape: info.imageShape,
      executor: executorOf(train, (line) => log.warn(line)),
    });
    if (stopped === 'aborted') return;
    const model = withWeights(pruned, network);
    variants.push({
      name: recipe.name,
      precision: 'float32' as const,
      bytes: writeModel(model),
      notes: report,
    });
    const share = 1 - countFlops(model).total / before;
    log.success(
      `${recipe.name}: ${(share * 100).toFixed(1)} % fewer FLOPs, fine-tuned for ${epochs} epochs (${executor})`,
    );
  }
  await writeVariants(folder, 'prune', variants);
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
