import type { OrtSession, OrtTensors } from './ort.ts';

/** The name of the first result of a graph that is run without copies; see `without-copies.ts`. */
export const guard = 'ai.trainyard/no-copies';
/** What onnxruntime-node says, where the first result is no tensor. */
const refusal = /non.?tensor type/i;

/**
 * Runs a model that `modelFor` made so; its results are in `fetches` then, which has to name all of them.
 * @throws Error where the run failed
 */
export async function runWithoutCopies(
  session: OrtSession,
  feeds: OrtTensors,
  fetches: OrtTensors,
): Promise<void> {
  try {
    await session.run(feeds, { [guard]: null, ...fetches });
  } catch (error) {
    if (!(error instanceof Error) || !refusal.test(error.message)) throw error;
  }
}
