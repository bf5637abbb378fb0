import { tinyBundle } from '@trainyard/testing/runtime-cases';
import type { Subject } from '../subject.ts';
import type { Outcome, RunSubject, Target } from '../target.ts';

const bundle = tinyBundle();
const pictures = 4;
const pixels = Uint8Array.from(
  {
    length:
      pictures * bundle.manifest.input.height * bundle.manifest.input.width * bundle.manifest.input.channels,
  },
  (_, i) => (i * 37) % 256,
);

/** The exact logits of the tiny bundle's pictures. */
export const rightLogits = (): Float32Array => bundle.expected(pixels);

/** The tiny bundle as a subject that needs no folder. */
export function tinySubject(init: Partial<Subject> = {}): Subject {
  const { manifest } = bundle;
  const variant = manifest.variants[0]!;
  return {
    name: `${manifest.name}/${variant.name}`,
    folder: '',
    manifest,
    variant,
    arithmetic: 'float32',
    model: bundle.files[variant.file]!,
    pixels,
    pictures,
    classes: manifest.labels.length,
    ...init,
  };
}

/** A target that gives these logits, or does what it is told. */
export function fakeTarget(name: string, run: RunSubject, init: Partial<Target> = {}): Target {
  return {
    name,
    title: `The ${name}`,
    description: 'a target of a test',
    timed: true,
    missing: () => undefined,
    open: (_, use) => use(run),
    ...init,
  };
}

export const outcomeOf = (logits: Float32Array, init: Partial<Outcome> = {}): Outcome => ({
  logits,
  parts: [{ name: 'model.onnx', bytes: 1234 }],
  ...init,
});
