import type { PipelineFolder } from './folder.ts';

/** What the trained network says of the test pictures: every variant is held against it. */
export interface Reference {
  readonly accuracy: number;
  readonly loss: number;
  readonly confusion: readonly (readonly number[])[];
}

/** The trained network's logits, [test pictures, classes]. */
export const readLogits = async (folder: PipelineFolder): Promise<Float32Array> =>
  new Float32Array((await folder.read('evaluate', 'logits.f32')).slice().buffer);

export const readReference = (folder: PipelineFolder): Promise<Reference> =>
  folder.readJson('evaluate', 'reference.json');
