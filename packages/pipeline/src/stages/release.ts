import { relative } from 'node:path';
import { environment, loadBundle, type NodeClassifier } from '@trainyard/runtime-node';
import type { ImageSplit } from '@trainyard/trainer';
import { classReport, topClasses } from '@trainyard/trainer';
import type { StepProfile } from '@trainyard/trainer/node';
import { type DatasetInfo, readDatasetInfo, readSplit } from '../dataset-file.ts';
import { describeError } from '../describe-error.ts';
import { CommandError } from '../errors.ts';
import { json, type PipelineFolder } from '../folder.ts';
import { findMisread } from '../misread.ts';
import { profileOperators } from '../profile-operators.ts';
import { profileTraining } from '../profile-training.ts';
import { readLogits, readReference } from '../reference.ts';
import { parseReport, type Report, renderReport, renderTable } from '../report/index.ts';
import type { RunRecord } from '../run-record.ts';
import type { Stage } from '../stage.ts';
import type { Latencies } from './benchmark.ts';

const release: Stage = async ({ folder, log }) => {
  const info = await readDatasetInfo(folder);
  const test = await readSplit(folder, 'test');
  const classifier = await loadBundle(folder.stage('package'), { variant: 'float32' });
  await proveAccuracy(classifier, test, info);
  await classifier.dispose();
  const step = await profileTraining(folder, { steps: 20, seconds: 1 }).catch((error) => {
    log.warn(`No times of a training step in the report: ${describeError(error)}`);
    return undefined;
  });
  const report = await makeReport(folder, classifier, info, test, step);
  await folder.writeReport({ 'report.json': json(report), 'report.html': renderReport(report) });
  log.log(renderTable(report));
  log.success(`Bundle and report: ${relative(process.cwd(), folder.stage('release'))}`);
};

/** The released bundle must do in its runtime what was promised of it. @throws CommandError when it does not */
async function proveAccuracy(
  { predict, variant }: NodeClassifier,
  { images, labels, length }: ImageSplit,
  { classes }: DatasetInfo,
): Promise<void> {
  const predictions = topClasses(await predict(images), classes.length);
  const right = predictions.filter((prediction, i) => prediction === labels[i]).length;
  if (Math.abs(right / length - variant.accuracy) > 1e-9)
    throw new CommandError(
      'release',
      `the bundle to classify ${variant.accuracy * length} test pictures right`,
      String(right),
    );
}

async function makeReport(
  folder: PipelineFolder,
  { manifest, digest }: NodeClassifier,
  info: DatasetInfo,
  test: ImageSplit,
  step: StepProfile | undefined,
): Promise<Report> {
  const { name, seed, maxAccuracyDrop } = await folder.section('release');
  const run = await folder.readJson<RunRecord>('train', 'run.json');
  const reference = await readReference(folder);
  const latencies = await folder.readJson<Latencies>('benchmark', 'latency.json');
  const logits = await readLogits(folder);
  const { onnxRuntime, node, cpu, processors, platform } = environment();
  const { config, commit, parent } = manifest.lineage;
  const { perClass } = classReport(reference.confusion);
  const variants = manifest.variants.map((variant) => ({ ...variant, latencyMs: latencies[variant.name] }));
  return parseReport({
    schema: 1,
    name,
    createdAt: new Date().toISOString(),
    dataset: info,
    seed,
    training: {
      ...run,
      history: run.history.map(({ validation, ...epoch }) => ({
        ...epoch,
        validationLoss: validation?.loss,
        validationAccuracy: validation?.accuracy,
      })),
      step,
    },
    reference,
    variants,
    operators: await profileOperators(folder.stage('package'), variants),
    accuracyBudget: maxAccuracyDrop.default,
    confusion: reference.confusion,
    perClass,
    ...findMisread(logits, test, info.classes.length),
    lineage: { config, commit, parent, manifest: digest },
    environment: { node, onnxruntime: onnxRuntime, cpu, cores: processors, platform },
  });
}

export default release;
