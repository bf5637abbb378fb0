import type { LearnedModel, LearnProgress, Lesson } from './learn.ts';
import type { FromLearner, LearnRequest } from './protocol.ts';

/**
 * Trains in a worker, so that the page stays smooth. Aborting ends the worker at once.
 * @throws Error with what went wrong there; the signal's reason
 */
export function learnInWorker(
  lesson: Lesson,
  onProgress: (progress: LearnProgress) => void,
  signal: AbortSignal,
): Promise<LearnedModel> {
  const worker = new Worker(new URL('./learn-worker.ts', import.meta.url), { type: 'module' });
  return new Promise<LearnedModel>((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      reject(new Error(event.message || 'The part of the page that trains did not load.'));
    });
    worker.addEventListener('message', ({ data }: MessageEvent<FromLearner>) => {
      if (data.kind === 'progress') onProgress(data);
      else if (data.kind === 'learned') resolve(data.learned);
      else reject(new Error(data.message));
    });
    const request: LearnRequest = { lesson };
    worker.postMessage(request);
  }).finally(() => worker.terminate());
}
