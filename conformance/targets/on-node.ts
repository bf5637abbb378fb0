import type { Classifier } from '@trainyard/runtime-common';
import { predictAll } from '../predict.ts';
import type { Subject } from '../subject.ts';
import type { Outcome } from '../target.ts';

/** Runs a subject with a runtime that runs in this process. */
export async function runOnNode<Picture>(
  { folder, variant, pixels, pictures, arithmetic, model }: Subject,
  signal: AbortSignal,
  load: (folder: string, variant: string) => Promise<Classifier<Picture>>,
): Promise<Outcome> {
  const classifier = await load(folder, variant.name);
  try {
    const predicted = await predictAll(classifier, pixels, {
      pictures,
      batches: arithmetic !== 'int8-dynamic',
      signal,
    });
    return { ...predicted, parts: [{ name: variant.file, bytes: model.length }] };
  } finally {
    await classifier.dispose();
  }
}
