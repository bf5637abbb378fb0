import type { StageContext } from '@trainyard/jobs';
import type { Callback } from '@trainyard/trainer';

/** Points of the loss within an epoch, at most. */
const pointsPerEpoch = 20;

/** Reports a training to its job: the share that is done, and the curves. */
export function jobProgress({ progress, log }: Pick<StageContext, 'progress' | 'log'>): Callback {
  let epochs = 1;
  return {
    onBegin(run) {
      epochs = run.epochs;
    },
    onStep({ epoch, step, stepsPerEpoch, loss, learningRate }) {
      progress((epoch + step / stepsPerEpoch) / epochs, `epoch ${epoch + 1} of ${epochs}`);
      if (step % Math.ceil(stepsPerEpoch / pointsPerEpoch) !== 0) return;
      const at = epoch * stepsPerEpoch + step;
      log([
        { name: 'step/loss', step: at, value: loss },
        { name: 'step/learning-rate', step: at, value: learningRate },
      ]);
    },
    onEpoch({ epoch, loss, accuracy, validation }) {
      log([
        { name: 'train/loss', step: epoch, value: loss },
        { name: 'train/accuracy', step: epoch, value: accuracy },
        ...(validation
          ? [
              { name: 'validation/loss', step: epoch, value: validation.loss },
              { name: 'validation/accuracy', step: epoch, value: validation.accuracy },
            ]
          : []),
      ]);
    },
  };
}
