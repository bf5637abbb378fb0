import { createHash } from 'node:crypto';
import {
  checkDrift,
  featureReference,
  judge,
  type Run,
  type Store,
  type Verdict,
  type Version,
  verdictFigures,
} from '@trainyard/registry';
import { randomNumbers } from './random.cases.ts';

const digest = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;
const digits = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
const pictures = 360;

/** What a model that has this share of pictures right says of them; the hard ones are hard for all, more or less. */
function answers(accuracy: number, seed: number, labels: readonly number[]): number[] {
  const [hard, luck] = [randomNumbers(3), randomNumbers(seed)];
  const difficulties = labels.map(() => 0.9 * hard() + 0.1 * luck());
  const known = [...difficulties].sort((a, b) => a - b)[Math.round(accuracy * labels.length) - 1]!;
  return labels.map((label, i) =>
    difficulties[i]! <= known ? label : (label + 1 + Math.floor(luck() * 8)) % 10,
  );
}

/** Holds a model of one accuracy against one of another, by the gate itself. */
export function contest(challenger: number, champion: number | undefined, seed: number): Verdict {
  const labels = Array.from({ length: pictures }, (_, i) => i % 10);
  const holdout = digest('holdout');
  return judge(
    {
      holdout: { digest: holdout, classes: digits, labels },
      challenger: { holdout, classes: answers(challenger, seed, labels) },
      ...(champion !== undefined && { champion: { holdout, classes: answers(champion, seed + 1, labels) } }),
      targets: {
        node: { latencyMs: 0.11 + challenger / 100, bytes: 18_816, accuracy: challenger },
        web: { bytes: 18_816, accuracy: challenger, agreement: 0.9972 },
        embedded: { bytes: 9_420, accuracy: challenger - 0.003, logitDifference: 0.21 },
      },
    },
    {
      minClassAccuracy: 0.7,
      budgets: {
        node: { maxLatencyMs: 1, maxBytes: 40_000 },
        web: { maxBytes: 40_000, minAgreement: 0.99 },
        embedded: { maxBytes: 16_000, minAccuracy: 0.85 },
      },
    },
  );
}

/** Registers what a run has made. */
export async function registered(store: Store, run: Run, model: string, accuracy: number): Promise<Version> {
  const files = Object.fromEntries(
    await Promise.all(
      [
        ['manifest.json', 2_400],
        ['float32.onnx', 71_300],
        ['int8.onnx', 18_816],
      ].map(async ([name, size]) => {
        const text = `${run.id} ${name} `.repeat(Number(size) / 50);
        return [String(name), await store.artifacts.put(new TextEncoder().encode(text))] as const;
      }),
    ),
  );
  return store.versions.register({
    model,
    bundle: digest(`${run.id} bundle`),
    run: run.id,
    token: run.token,
    metrics: { accuracy, variant: 'int8' },
    files,
  });
}

export const whyOf = (verdict: Verdict) => ({
  by: 'gate',
  reason: verdict.reasons.slice(0, 3).join('; '),
  figures: verdictFigures(verdict),
});

const features = ['brightness', 'contrast', 'sharpness', 'dark', 'bright'];

/** A check whose pictures have moved so far from those that the champion was trained on, by the check of drift itself. */
export async function recordedCheck(
  store: Store,
  { moved, seed, version, trigger }: { moved: number; seed: number; version: number; trigger: string },
) {
  const random = randomNumbers(seed);
  const normal = () => random() + random() + random() + random() - 2;
  const values = (count: number, shift: number) => Array.from({ length: count }, () => normal() + shift);
  const drift = checkDrift({
    features: Object.fromEntries(
      features.map((name, i) => [
        name,
        { reference: featureReference(values(1500, 0)), current: values(400, moved * (1 - i / 4)) },
      ]),
    ),
    classes: {
      reference: digits.map(() => 140),
      current: digits.map((_, i) => 40 + Math.round(moved * 12 * (i % 3) + random() * 6)),
    },
  });
  const few = Math.round(20 + random() * 60);
  return store.checks.record({
    pipeline: 'digits',
    trigger,
    needed: drift.drifted,
    reasons: drift.drifted
      ? drift.reasons
      : [...drift.reasons.slice(0, 2), `${few} of 1437 training pictures are new, fewer than 200`],
    report: JSON.parse(
      JSON.stringify({
        dataset: digest(`pictures ${seed}`),
        champion: true,
        newPictures: { needed: false, new: few, pictures: 1437, least: 200 },
        drift: { needed: drift.drifted, compared: 400, ...drift },
        age: { needed: false, days: 3.2, most: 30 },
      }),
    ),
    model: 'digits',
    version,
  });
}
