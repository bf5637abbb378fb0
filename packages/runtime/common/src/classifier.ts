import { throwIfAborted } from './abort.ts';
import type { Bundle } from './bundle.ts';
import { DisposedError, messageOf, PictureError, RuntimeError } from './errors.ts';
import { type LatencyFigures, LatencyHistogram } from './latency.ts';
import type { Logger } from './logger.ts';
import type { Manifest, Variant } from './manifest.ts';
import { bytesOf, type InputSignature, type RawPicture } from './picture.ts';
import type { PassedOver } from './providers.ts';
import type { ModelSession, RunOptions } from './session.ts';
import { type Classification, rank } from './softmax.ts';
import { toInput } from './to-input.ts';

export interface RunEvent {
  readonly variant: string;
  readonly provider: string;
  /** Pictures in the batch. */
  readonly batch: number;
  /** From handing the batch to the session to having the logits, waiting in the session's queue included. */
  readonly milliseconds: number;
  readonly warmup: boolean;
}

export interface ClassifyOptions extends RunOptions {
  /** How many labels, the likeliest first; by default 5, or all where there are fewer. */
  readonly top?: number;
}

/** A variant of a bundle, loaded: what every platform's `loadBundle` gives. */
export interface Classifier<Picture = RawPicture> {
  readonly manifest: Manifest;
  readonly variant: Variant;
  /** Digest of the bundle's manifest. */
  readonly digest: string;
  readonly provider: string;
  /** The execution providers that were asked for before it, each with the reason why it was not taken. */
  readonly passedOver: readonly PassedOver[];
  /**
   * @param pixels uint8 [batch, height, width, channels] of the manifest's input; a batch of any size. Leave them as
   *   they are until the promise settles: they are copied where the platform needs it, not before
   * @returns logits, [batch, labels]
   * @throws PictureError when the bytes are not whole pictures; DisposedError; the signal's reason
   */
  predict(pixels: Uint8Array | Uint8ClampedArray, options?: RunOptions): Promise<Float32Array>;
  /**
   * @returns for each picture its likeliest labels
   * @throws PictureError at the first picture that can't be used; DisposedError; the signal's reason
   */
  classify(picture: Picture, options?: ClassifyOptions): Promise<Classification[]>;
  classify(pictures: readonly Picture[], options?: ClassifyOptions): Promise<Classification[][]>;
  /** Runs empty pictures once for each batch size, by default 1, so that the first real one is fast. */
  warmup(batches?: readonly number[]): Promise<void>;
  latency(): LatencyFigures;
  /** Lets the batches under way end, refuses what comes after them, frees the model. Again: the same promise. */
  dispose(): Promise<void>;
}

export interface ClassifierOptions {
  /** Longer batches are split; by default 32. */
  readonly maxBatch?: number;
  /** Called after every run; what it throws is logged, not passed on. */
  readonly onRun?: (event: RunEvent) => void;
  readonly logger?: Logger;
}

/**
 * From what users of the platform have to pixels. It may bring them to the model's size already; `toInput` then lets
 * them pass as they are.
 * @throws PictureError when the picture can't be used
 */
export type Decode<Picture> = (picture: Picture, context: DecodeContext) => RawPicture | Promise<RawPicture>;

export interface DecodeContext {
  readonly input: InputSignature;
  readonly signal?: AbortSignal | undefined;
}

export interface ClassifierParts<Picture> {
  readonly bundle: Pick<Bundle, 'manifest' | 'digest'>;
  readonly variant: Variant;
  readonly session: ModelSession;
  readonly decode: Decode<Picture>;
}

export function createClassifier<Picture>(
  { bundle, variant, session, decode }: ClassifierParts<Picture>,
  { maxBatch = 32, onRun, logger }: ClassifierOptions = {},
): Classifier<Picture> {
  if (!Number.isSafeInteger(maxBatch) || maxBatch < 1)
    throw new RuntimeError('loadBundle', 'a whole number of at least 1 as `maxBatch`', String(maxBatch));
  const { manifest, digest } = bundle;
  const { input, labels } = manifest;
  const pictureBytes = input.height * input.width * input.channels;
  const histogram = new LatencyHistogram();
  let underWay = 0;
  /** For `dispose`: called when nothing is under way any more. */
  let onIdle: (() => void) | undefined;
  let disposal: Promise<void> | undefined;

  function checkUsable(signal: AbortSignal | undefined): void {
    if (disposal)
      throw new DisposedError(manifest.name, 'a loaded model', 'one that was disposed of', 'load it again');
    throwIfAborted(signal);
  }

  // Small models take some ten microseconds: hence no promise and no object here that is not needed.
  async function run(
    pixels: Uint8Array,
    batch: number,
    options: RunOptions,
    warmup = false,
  ): Promise<Float32Array> {
    const { signal } = options;
    if (disposal || signal) checkUsable(signal);
    const from = performance.now();
    underWay++;
    let logits: Float32Array;
    try {
      logits = await session.run(pixels, batch, options);
    } finally {
      if (--underWay === 0) onIdle?.();
    }
    const milliseconds = performance.now() - from;
    if (!warmup) histogram.record(milliseconds, batch);
    if (onRun) report({ variant: variant.name, provider: session.provider, batch, milliseconds, warmup });
    if (signal) throwIfAborted(signal);
    return logits;
  }

  function report(event: RunEvent): void {
    try {
      onRun?.(event);
    } catch (error) {
      logger?.warn(`onRun failed: ${messageOf(error)}`);
    }
  }

  function predict(
    data: Uint8Array | Uint8ClampedArray,
    options: RunOptions = noOptions,
  ): Promise<Float32Array> {
    try {
      const pixels = checkPixels(data, pictureBytes, input);
      const total = pixels.length / pictureBytes;
      return total <= maxBatch ? run(pixels, total, options) : predictParts(pixels, total, options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async function predictParts(pixels: Uint8Array, total: number, options: RunOptions): Promise<Float32Array> {
    const logits = new Float32Array(total * labels.length);
    await spread(total, async (at, batch) => {
      const part = pixels.subarray(at * pictureBytes, (at + batch) * pictureBytes);
      logits.set(await run(part, batch, options), at * labels.length);
    });
    return logits;
  }

  /** Calls `each` for parts of at most maxBatch, as many at once as the session runs; the first error ends it. */
  async function spread(total: number, each: (at: number, batch: number) => Promise<void>): Promise<void> {
    let next = 0;
    let failed = false;
    const lane = async (): Promise<void> => {
      while (next < total && !failed) {
        const at = next;
        next = Math.min(total, at + maxBatch);
        await each(at, next - at).catch((error: unknown) => {
          failed = true;
          throw error;
        });
      }
    };
    await Promise.all(Array.from({ length: session.concurrency ?? 1 }, lane));
  }

  async function prepare(picture: Picture, signal: AbortSignal | undefined): Promise<Uint8Array> {
    underWay++;
    try {
      return toInput(await decode(picture, { input, signal }), input);
    } finally {
      if (--underWay === 0) onIdle?.();
    }
  }

  async function classifyBatch(pictures: readonly Picture[], options: ClassifyOptions, top: number) {
    const inputs = await Promise.all(pictures.map((picture) => prepare(picture, options.signal)));
    let pixels = inputs[0]!;
    if (inputs.length > 1) {
      pixels = new Uint8Array(inputs.length * pictureBytes);
      for (const [i, bytes] of inputs.entries()) pixels.set(bytes, i * pictureBytes);
    }
    const logits = await run(pixels, inputs.length, options);
    return inputs.map((_, i) =>
      rank(logits.subarray(i * labels.length, (i + 1) * labels.length), labels, top),
    );
  }

  function classify(picture: Picture, options?: ClassifyOptions): Promise<Classification[]>;
  function classify(pictures: readonly Picture[], options?: ClassifyOptions): Promise<Classification[][]>;
  async function classify(
    what: Picture | readonly Picture[],
    options: ClassifyOptions = {},
  ): Promise<Classification[] | Classification[][]> {
    checkUsable(options.signal);
    const top = Math.min(options.top ?? 5, labels.length);
    if (!Number.isInteger(top) || top < 1)
      throw new PictureError('classify', 'a whole number of at least 1 as `top`', String(options.top));
    if (!Array.isArray(what)) return (await classifyBatch([what as Picture], options, top))[0]!;
    const results = new Array<Classification[]>(what.length);
    await spread(what.length, async (at, batch) => {
      checkUsable(options.signal);
      const part = await classifyBatch(what.slice(at, at + batch), options, top);
      results.splice(at, batch, ...part);
    });
    return results;
  }

  async function close(): Promise<void> {
    if (underWay > 0)
      await new Promise<void>((resolve) => {
        onIdle = resolve;
      });
    await session.dispose();
  }

  return {
    manifest,
    variant,
    digest,
    provider: session.provider,
    passedOver: session.passedOver ?? [],
    predict,
    classify,
    async warmup(batches = [1]) {
      for (const batch of batches) {
        const pixels = new Uint8Array(batch * pictureBytes);
        await spread(batch, async (at, part) => {
          await run(pixels.subarray(at * pictureBytes, (at + part) * pictureBytes), part, {}, true);
        });
      }
    },
    latency: () => histogram.figures(),
    dispose() {
      disposal ??= close();
      return disposal;
    },
  };
}

const noOptions: RunOptions = {};

function checkPixels(data: unknown, pictureBytes: number, input: Manifest['input']): Uint8Array {
  if (!(data instanceof Uint8Array) && !(data instanceof Uint8ClampedArray))
    throw new PictureError(
      'predict',
      `${shapeOf(input)} in a Uint8Array`,
      typeof data,
      'give 8 bits a channel, 0 to 255',
    );
  if (data.length === 0 || data.length % pictureBytes !== 0)
    throw new PictureError(
      'predict',
      `a multiple of ${pictureBytes} bytes, ${shapeOf(input)}`,
      String(data.length),
      'use classify, which brings pictures to this size',
    );
  return bytesOf(data);
}

const shapeOf = ({ height, width, channels }: Manifest['input']): string =>
  `uint8 [batch, ${height}, ${width}, ${channels}]`;
