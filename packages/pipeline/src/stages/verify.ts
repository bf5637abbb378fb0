import { countFlops, countParameters, verify } from '@trainyard/exporter';
import { readModel } from '@trainyard/onnx-ir';
import * as ort from 'onnxruntime-node';
import type { Pipeline } from '../config.ts';
import { readDatasetInfo, readSplit } from '../dataset-file.ts';
import { CommandError } from '../errors.ts';
import { json } from '../folder.ts';
import { pictureBatches } from '../picture-batches.ts';
import { readLogits } from '../reference.ts';
import type { Stage } from '../stage.ts';
import { readVariants, type VariantEntry } from '../variants.ts';

/** How a variant compares with the trained network over the test pictures. */
export interface Verified extends VariantEntry {
  readonly parameters: number;
  readonly flops: number;
  readonly accuracy: number;
  readonly agreement: number;
  readonly maxAbsLogitDiff: number;
  /** Why it is not released, where it broke the accuracy budget. */
  readonly refused?: string;
}

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;

const verifyStage: Stage = async ({ folder, log, signal }) => {
  const { budget } = await folder.section('verify');
  const info = await readDatasetInfo(folder);
  const batches = pictureBatches(await readSplit(folder, 'test'), info.imageShape, { batchSize: 64 });
  const reference = await readLogits(folder);
  const verified: Verified[] = [];
  for (const { name, precision, bytes } of await readVariants(folder)) {
    signal.throwIfAborted();
    const figures = await verify(bytes, { reference, batches, ort });
    if (name === 'float32') requireParity(figures.maxAbsLogitDiff, reference);
    const model = readModel(bytes);
    const entry = {
      name,
      precision,
      parameters: countParameters(model),
      flops: countFlops(model).total,
      ...figures,
    };
    const refused = refusal(entry, verified[0]?.accuracy ?? entry.accuracy, budget);
    verified.push(refused ? { ...entry, refused } : entry);
    if (refused) log.warn(`${name} is left out of the release: ${refused}`);
    else
      log.success(
        `${name}: accuracy ${percent(figures.accuracy)}, agreement ${percent(figures.agreement)}, largest logit difference ${Number(figures.maxAbsLogitDiff.toPrecision(2))}`,
      );
  }
  if (verified[0].refused)
    throw new CommandError(
      'verify',
      `the float32 model to hold the budget`,
      verified[0].refused,
      'train longer, or lower budget.minAccuracy',
    );
  await folder.replace('verify', { 'verify.json': json(verified) });
};

/** How far the exported model may be from the trained network, as a share of the largest logit (of 1 at least). */
const parity = 1e-4;

/** @throws CommandError when the float32 model does not compute what the trained network computes */
function requireParity(difference: number, reference: Float32Array): void {
  const largest = reference.reduce((most, logit) => Math.max(most, Math.abs(logit)), 1);
  if (difference > parity * largest)
    throw new CommandError(
      'verify',
      `logits of the float32 model within ${(parity * largest).toExponential(1)} of the trained network's`,
      `a difference of ${difference.toExponential(1)}`,
      'please report it with your network.ts: the export must not change what a network computes',
    );
}

/** Differences of shares are not exact in binary. */
const tolerance = 1e-9;

function refusal(
  { name, accuracy }: VariantEntry & { accuracy: number },
  base: number,
  budget: Pipeline['budget'],
): string | undefined {
  if (name === 'float32')
    return accuracy < budget.minAccuracy
      ? `accuracy ${percent(accuracy)} is below ${percent(budget.minAccuracy)}`
      : undefined;
  const allowed = budget.maxAccuracyDrop[name] ?? budget.maxAccuracyDrop.default ?? 1;
  const drop = base - accuracy;
  return drop > allowed + tolerance
    ? `it loses ${percent(drop)} of accuracy, more than ${percent(allowed)}`
    : undefined;
}

export default verifyStage;
