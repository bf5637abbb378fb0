import type { ImageSplit } from '@trainyard/trainer';

/** A picture as the network sees it, and what it is. */
export interface Example {
  /** uint8 [8 × 8], bright ink on black. */
  readonly pixels: Uint8Array;
  readonly label: string;
}

/** Of each class, every fourth example is kept back, to measure what was learned on pictures it was not learned from. */
const keptBack = 4;

export interface Taught {
  readonly toLearn: readonly Example[];
  readonly kept: readonly Example[];
}

export function keepBack(examples: readonly Example[]): Taught {
  const seen = new Map<string, number>();
  const toLearn: Example[] = [];
  const kept: Example[] = [];
  for (const example of examples) {
    const count = (seen.get(example.label) ?? 0) + 1;
    seen.set(example.label, count);
    (count % keptBack === 0 ? kept : toLearn).push(example);
  }
  return { toLearn, kept };
}

/** The labels of a model, and those that examples add to them, in the order in which they came. */
export const labelsWith = (labels: readonly string[], examples: readonly Example[]): string[] => [
  ...new Set([...labels, ...examples.map(({ label }) => label)]),
];

/** @throws RangeError when an example has a label that is not in the list */
export function splitOf(examples: readonly Example[], labels: readonly string[]): ImageSplit {
  const size = examples[0]?.pixels.length ?? 0;
  const images = new Uint8Array(examples.length * size);
  const indices = new Int32Array(examples.length);
  examples.forEach(({ pixels, label }, i) => {
    images.set(pixels, i * size);
    indices[i] = labels.indexOf(label);
    if (indices[i] < 0) throw new RangeError(`examples: expected one of ${labels.join(', ')}, got ${label}`);
  });
  return { images, labels: indices, length: examples.length };
}

/** Examples again and again, until each class has about so many; each time they are seen, they are turned and shifted anew. */
export function repeated(examples: readonly Example[], perClass: number): Example[] {
  const counts = new Map<string, number>();
  for (const { label } of examples) counts.set(label, (counts.get(label) ?? 0) + 1);
  return examples.flatMap((example) =>
    Array.from({ length: Math.max(1, Math.round(perClass / counts.get(example.label)!)) }, () => example),
  );
}

export const joined = (a: ImageSplit, b: ImageSplit): ImageSplit => {
  const images = new Uint8Array(a.images.length + b.images.length);
  images.set(a.images);
  images.set(b.images, a.images.length);
  return { images, labels: Int32Array.of(...a.labels, ...b.labels), length: a.length + b.length };
};
