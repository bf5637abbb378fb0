import type { InferenceSession, Tensor } from 'onnxruntime-common';
import { checkEnds } from './check-ends.ts';
import { BundleError } from './errors.ts';
import type { Manifest, Variant } from './manifest.ts';
import { failureOf, type PassedOver } from './providers.ts';

/** What a session must know of the model: names and sizes at its two ends. */
export interface ModelSignature {
  readonly input: Manifest['input'];
  readonly output: Manifest['output'];
  readonly classes: number;
}

export const signatureOf = ({ input, output, labels }: Manifest): ModelSignature => ({
  input,
  output,
  classes: labels.length,
});

export interface RunOptions {
  /** A run that has not begun is taken back; the result of one that has is dropped. */
  readonly signal?: AbortSignal | undefined;
}

/** The part that differs by platform: a model that is loaded somewhere and runs. */
export interface ModelSession {
  /** The execution provider that was chosen. */
  readonly provider: string;
  /** Those before it in the user's order, each with the reason; none where it is not there. */
  readonly passedOver?: readonly PassedOver[];
  /** How many runs it does at once; 1 where it is not there. Long batches are spread over them. */
  readonly concurrency?: number;
  /**
   * @param pixels uint8 [batch, height, width, channels], in shared memory perhaps; the session neither changes them
   *   nor keeps them after the run
   * @returns logits, [batch, classes]
   */
  run(pixels: Uint8Array, batch: number, options?: RunOptions): Promise<Float32Array>;
  /** Called once, when no run is under way. */
  dispose(): Promise<void>;
}

/**
 * Loads a model from its bytes, which were checked against the manifest. The factory may stop at the signal in the
 * options; where it does not, `loadClassifier` frees the session that came too late.
 */
export type SessionFactory<Options> = (
  model: Uint8Array,
  signature: ModelSignature,
  options: Options,
  variant: Variant,
) => Promise<ModelSession>;

/** The part of the onnxruntime-common namespace that a session needs; handed in, not imported. */
export interface Ort {
  readonly Tensor: typeof Tensor;
}

/**
 * A session of any build of ONNX Runtime as a `ModelSession`.
 * @throws BundleError when the model's input and output are not those the manifest names
 */
export function ortSession(
  ort: Ort,
  session: InferenceSession,
  signature: ModelSignature,
  provider: string,
): ModelSession {
  const { input, output, classes } = signature;
  const { name, height, width, channels } = input;
  checkEnds(session, signature);
  const { Tensor } = ort;
  // Naming the outputs costs a small model something; there is a point where there are others to leave out.
  const fetches = session.outputNames.length > 1 ? [output.name] : undefined;
  return {
    provider,
    async run(pixels, batch) {
      let result: InferenceSession.OnnxValueMapType;
      try {
        const tensor = new Tensor('uint8', pixels, [batch, height, width, channels]);
        result = await (fetches ? session.run({ [name]: tensor }, fetches) : session.run({ [name]: tensor }));
      } catch (cause) {
        // In Node it takes no memory that threads share. To ask before would cost a small model 1 % of its time.
        if (!(pixels.buffer instanceof ArrayBuffer)) return this.run(pixels.slice(), batch);
        throw failureOf(`run on ${provider}`, 'a result', cause);
      }
      const logits = result[output.name] as Tensor;
      const { type, dims } = logits;
      if (type !== 'float32' || dims.length !== 2 || dims[0] !== batch || dims[1] !== classes)
        throw new BundleError(
          `output ${output.name}`,
          `float32 [${batch}, ${classes}], a column for every label`,
          `${type} [${dims.join(', ')}]`,
          'release the bundle again with the labels of its network',
        );
      return logits.data as Float32Array;
    },
    async dispose() {
      await session.release();
    },
  };
}
