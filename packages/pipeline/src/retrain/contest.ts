import { datasetDigest } from '@trainyard/datasets';
import {
  type GateOptions,
  type Json,
  type JsonObject,
  judge,
  type TargetFigures,
  type Verdict,
  verdictFigures,
} from '@trainyard/registry';
import type { Platform } from '@trainyard/runtime-common';
import type { ImageSplit } from '@trainyard/trainer';
import { type DatasetInfo, pick } from '../dataset-file.ts';
import { CommandError } from '../errors.ts';
import { type Contestant, openContestant, unserved } from './contestant.ts';
import { type Champion, inClasses, type Rival, rivalOf } from './rival.ts';
import type { PromoteSettings } from './settings.ts';
import { classCounts } from './statistics.ts';

export interface ContestInput {
  /** The test pictures of now, which decide. */
  readonly holdout: ImageSplit;
  readonly info: Pick<DatasetInfo, 'classes' | 'imageShape'>;
  /** The folder of the bundle that was just made, with what was measured of it in its manifest and beside that. */
  readonly challenger: string;
  /** The model that serves; none before the first. */
  readonly champion?: Champion;
  readonly config: PromoteSettings;
  /** What the pipeline releases to. The variant that `node` would run is compared, or that of the first of them. */
  readonly targets: readonly Platform[];
  readonly signal?: AbortSignal;
}

export interface ContestResult {
  /** Whether the challenger has passed the gate. */
  readonly promote: boolean;
  /** Whether someone has to approve as well: the config says so, or it could not be compared with the champion. */
  readonly needsApproval: boolean;
  /** In words, with figures. */
  readonly reasons: readonly string[];
  /** The verdict and what it rests on, for the decision. */
  readonly figures: JsonObject;
  /** Of the challenger: accuracy, and how often it says each class, with which later checks compare. */
  readonly metrics: JsonObject;
}

/**
 * Holds a challenger against the champion: both say what the same test pictures are, by the variant that would run;
 * then McNemar's test, each class and every target's budget decide.
 * @throws CommandError when the challenger does not do what its manifest promises; BundleError at a damaged bundle
 */
export async function contest(input: ContestInput): Promise<ContestResult> {
  const { holdout, info, config, targets, signal } = input;
  const challenger = await openContestant(input.challenger, config.prefer);
  const missing = unserved(challenger, targets);
  if (missing.length > 0) return refused(missing);

  const target = targets.includes('node') ? 'node' : targets[0];
  const variant = challenger.variantFor(target);
  const said = await sayAll(challenger, targets, holdout, signal);

  const ground = { holdout, info, target, prefer: config.prefer };
  const answer = input.champion && (await rivalOf(input.champion, ground));
  const rival = typeof answer === 'object' ? answer : undefined;
  const part = rival ? pick(holdout, rival.takesPart) : holdout;
  const ofPart = (classes: Int32Array) => (rival ? classes.filter((_, i) => rival.takesPart(i)) : classes);
  const digest = holdoutDigest(part, info);
  const measured = Object.fromEntries(
    targets.map((target) => [
      target,
      figuresOf(challenger, target, ofPart(said.get(challenger.variantFor(target).name)!), part),
    ]),
  );
  const verdict = judge(
    {
      holdout: { digest, classes: info.classes, labels: part.labels },
      challenger: { holdout: digest, classes: ofPart(said.get(variant.name)!) },
      ...(rival && {
        champion: { holdout: digest, classes: await answersOf(rival, target, part, info, signal) },
      }),
      targets: measured,
    },
    gateOptions(config),
  );
  const notes = typeof answer === 'string' ? [answer] : (rival?.notes ?? []);
  return {
    promote: verdict.promote,
    needsApproval: config.by === 'approval' || typeof answer === 'string',
    reasons: [...reasonsOf(verdict, typeof answer === 'string'), ...notes],
    figures: {
      ...verdictFigures(verdict),
      notes,
      holdout: { digest, pictures: part.length, leftOut: holdout.length - part.length },
      target,
      variants: {
        challenger: Object.fromEntries(targets.map((of) => [of, challenger.variantFor(of).name])),
        ...(rival && { champion: rival.contestant.variantFor(target).name }),
      },
      targets: json(measured),
      benchmark: json(challenger.benchmark ?? null),
    },
    metrics: {
      accuracy: variant.accuracy,
      variant: variant.name,
      predictedClasses: classCounts(info.classes, said.get(variant.name)!),
    },
  };
}

/**
 * What each variant that some target would run says of the pictures, by its name.
 * @throws CommandError where the float32 model has other pictures right than its manifest says
 */
async function sayAll(
  { variantFor, predict }: Contestant,
  targets: readonly Platform[],
  { images, labels, length }: ImageSplit,
  signal: AbortSignal | undefined,
): Promise<Map<string, Int32Array>> {
  const said = new Map<string, Int32Array>();
  for (const variant of new Set(targets.map(variantFor))) {
    const classes = await predict(variant, images, signal);
    const promised = Math.round(variant.accuracy * length);
    const right = rightOf(classes, labels);
    if (variant.precision === 'float32' && right !== promised)
      throw new CommandError(
        'contest',
        `the variant ${variant.name} of the challenger to have ${promised} of ${length} test pictures right`,
        `${right}`,
        'its bundle was made with other test pictures: run the pipeline from its start',
      );
    said.set(variant.name, classes);
  }
  return said;
}

/** What the champion says, in the classes of now. */
async function answersOf(
  { contestant }: Rival,
  target: Platform,
  { images, labels }: ImageSplit,
  { classes }: ContestInput['info'],
  signal: AbortSignal | undefined,
): Promise<Int32Array> {
  const answers = await contestant.predict(contestant.variantFor(target), images, signal);
  return inClasses(answers, contestant.manifest.labels, classes, labels);
}

/** Latency is measured in ONNX Runtime for Node, and is a figure of that target alone. */
function figuresOf(
  { variantFor, benchmark }: Contestant,
  target: Platform,
  said: Int32Array,
  { labels, length }: ImageSplit,
): TargetFigures {
  const { name, bytes, agreement, maxAbsLogitDiff } = variantFor(target);
  const latencyMs = target === 'node' ? benchmark?.latencyMs[name]?.p95 : undefined;
  return {
    accuracy: rightOf(said, labels) / length,
    bytes,
    agreement,
    logitDifference: maxAbsLogitDiff,
    ...(latencyMs !== undefined && { latencyMs }),
  };
}

const rightOf = (classes: Int32Array, labels: Int32Array): number =>
  classes.filter((of, i) => of === labels[i]).length;

const gateOptions = ({ by: _, prefer: __, ...options }: PromoteSettings): GateOptions => options;

/** To the gate, a champion that can't be compared is none. */
const reasonsOf = ({ promote, reasons, checks }: Verdict, incomparable: boolean): readonly string[] =>
  promote && incomparable ? checks.map(({ reason }) => reason) : reasons;

/** A bundle that some target could not run is not held against anything. */
const refused = (reasons: readonly string[]): ContestResult => ({
  promote: false,
  needsApproval: false,
  reasons,
  figures: { promote: false, reasons },
  metrics: {},
});

/** Of labels and pixels, and of what classes they are. */
const holdoutDigest = (test: ImageSplit, { classes, imageShape }: ContestInput['info']): string =>
  datasetDigest({ classes, imageShape, test, train: nothing });

const nothing: ImageSplit = { images: new Uint8Array(0), labels: new Int32Array(0), length: 0 };

const json = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json;
