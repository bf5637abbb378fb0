import type { InferenceSession } from 'onnxruntime-common';
import { BundleError } from './errors.ts';
import type { ModelSignature } from './session.ts';

type Ends = Pick<InferenceSession, 'inputNames' | 'outputNames'> &
  Partial<Pick<InferenceSession, 'inputMetadata' | 'outputMetadata'>>;

/**
 * Compares the model's input and output with those the manifest names. Types and sizes are compared where this build
 * of ONNX Runtime tells them; else the first run finds them out.
 * @throws BundleError when they differ
 */
export function checkEnds(ends: Ends, { input, output, classes }: ModelSignature): void {
  const { inputNames, outputNames, inputMetadata = [], outputMetadata = [] } = ends;
  if (inputNames.length !== 1 || inputNames[0] !== input.name)
    throw refuse(`one input called ${input.name}`, inputNames.join(', ') || 'none');
  if (!outputNames.includes(output.name))
    throw refuse(`an output called ${output.name}`, outputNames.join(', ') || 'none');
  const { height, width, channels } = input;
  checkTensor('input', inputMetadata, input.name, 'uint8', [undefined, height, width, channels]);
  checkTensor('output', outputMetadata, output.name, 'float32', [undefined, classes]);
}

/** `dims`: undefined for one of any size. */
function checkTensor(
  which: string,
  metadata: readonly InferenceSession.ValueMetadata[],
  name: string,
  type: string,
  dims: readonly (number | undefined)[],
): void {
  const found = metadata.find((end) => end.name === name);
  if (!found?.isTensor) return;
  const { shape } = found;
  // Without dimensions: a model that says nothing of its shape.
  const fits =
    shape.length === 0 ||
    (shape.length === dims.length &&
      dims.every((dim, i) => dim === undefined || typeof shape[i] !== 'number' || shape[i] === dim));
  if (found.type === type && fits) return;
  throw refuse(
    `${which} ${name} of ${type} [${dims.map((dim) => dim ?? 'batch').join(', ')}]`,
    `${found.type} [${shape.join(', ')}]`,
  );
}

const refuse = (expected: string, got: string): BundleError =>
  new BundleError(
    'model',
    expected,
    got,
    'release the bundle again with the input and labels of its network',
  );
