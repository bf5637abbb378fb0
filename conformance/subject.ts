import type { Manifest, Variant } from '@trainyard/runtime-common';

/** How a model computes, which decides how near to each other two platforms must come. */
export const arithmetics = ['float32', 'float16', 'int8', 'int8-dynamic'] as const;
export type Arithmetic = (typeof arithmetics)[number];

/** Logits, [pictures, classes], that a model's first pictures must give, from outside of our runtimes. */
export interface Origin {
  /** What computed them: `the trained network`, `PyTorch`. */
  readonly name: string;
  readonly logits: Float32Array;
  /** What ONNX Runtime gives for the same input. */
  run(): Promise<Float32Array>;
}

/** One variant of one bundle, with the pictures that every target is given: what conformance runs. */
export interface Subject {
  /** `digits/int8-u8s8`: the bundle and the variant. */
  readonly name: string;
  /** The bundle's folder. */
  readonly folder: string;
  readonly manifest: Manifest;
  readonly variant: Variant;
  readonly arithmetic: Arithmetic;
  readonly model: Uint8Array;
  /** uint8 [pictures, height, width, channels] */
  readonly pixels: Uint8Array;
  readonly pictures: number;
  readonly classes: number;
  readonly origin?: Origin;
}

/** Subjects that can't be run here, by the bundle's name, and why. */
export interface SkippedSubject {
  readonly name: string;
  readonly reason: string;
}

export const pictureBytesOf = ({ input }: Manifest): number => input.height * input.width * input.channels;
