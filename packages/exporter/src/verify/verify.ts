import { InputError } from '@trainyard/autograd';
import { exactIntegers } from '@trainyard/runtime-common';
import { topClasses } from '@trainyard/trainer';
import type { InferenceSession, Tensor } from 'onnxruntime-common';

/** The namespace of a build of ONNX Runtime, such as onnxruntime-node; handed in, so that none is needed here. */
export interface ExportOrt {
  readonly InferenceSession: {
    create(model: Uint8Array, options?: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
}

/**
 * Errors are thrown; ONNX Runtime's warnings would only come between the lines of a log. Integers are computed exactly,
 * as runtimes do.
 */
export const quiet: InferenceSession.SessionOptions = { logSeverityLevel: 3, extra: exactIntegers };

export interface LabelledBatch {
  /** What the model's only input gets. */
  readonly pixels: Tensor;
  /** The true class of each row. */
  readonly labels: ArrayLike<number>;
}

/** How a model does over a split, beside the network it came from. */
export interface Verification {
  /** Share of rows whose top class is the label. */
  readonly accuracy: number;
  /** Share of rows whose top class is the reference's. */
  readonly agreement: number;
  readonly maxAbsLogitDiff: number;
}

/**
 * Runs a model in ONNX Runtime and compares its logits with those of the trained network.
 * @param reference logits of the network for the same rows in the same order, [rows, classes]
 * @throws InputError when the model does not give as many logits as the reference has, or one that is not a number
 */
export async function verify(
  model: Uint8Array,
  {
    reference,
    batches,
    ort,
  }: {
    readonly reference: Float32Array;
    readonly batches: Iterable<LabelledBatch>;
    readonly ort: ExportOrt;
  },
): Promise<Verification> {
  const session = await ort.InferenceSession.create(model, quiet);
  let [rows, right, agreeing, maxAbsLogitDiff, offset] = [0, 0, 0, 0, 0];
  try {
    for (const { pixels, labels } of batches) {
      const logits = await logitsOf(session, pixels);
      const classes = logits.length / labels.length;
      if (!Number.isInteger(classes) || offset + logits.length > reference.length)
        throw mismatch(reference.length, offset + logits.length);
      const expected = reference.subarray(offset, offset + logits.length);
      offset += logits.length;
      const [tops, expectedTops] = [topClasses(logits, classes), topClasses(expected, classes)];
      for (let row = 0; row < labels.length; row++) {
        if (tops[row] === labels[row]) right++;
        if (tops[row] === expectedTops[row]) agreeing++;
      }
      for (let i = 0; i < logits.length; i++) {
        const difference = Math.abs(logits[i]! - expected[i]!);
        if (Number.isNaN(difference))
          throw new InputError(
            'verify',
            'logits that are numbers',
            `${logits[i]} where the network gave ${expected[i]}`,
          );
        maxAbsLogitDiff = Math.max(maxAbsLogitDiff, difference);
      }
      rows += labels.length;
    }
  } finally {
    await session.release();
  }
  if (rows === 0 || offset !== reference.length) throw mismatch(reference.length, offset);
  return { accuracy: right / rows, agreement: agreeing / rows, maxAbsLogitDiff };
}

const mismatch = (expected: number, got: number): InputError =>
  new InputError(
    'verify',
    `${expected} logits, as the reference has`,
    `${got}`,
    'give the same rows to both',
  );

async function logitsOf(session: InferenceSession, pixels: Tensor): Promise<Float32Array> {
  const [input] = session.inputNames;
  const [output] = session.outputNames;
  const { [output!]: logits } = await session.run({ [input!]: pixels }, [output!]);
  if (logits!.type !== 'float32') throw new InputError('verify', 'logits of float32', logits!.type);
  return logits!.data as Float32Array;
}
