import { Presets, SingleBar } from 'cli-progress';
import type { EpochRecord } from './checkpoint/index.ts';
import type { Callback } from './fit-options.ts';
import { percent } from './text.ts';

const describeEpoch = (
  { epoch, loss, accuracy, validation, seconds, imagesPerSecond }: EpochRecord,
  of: number,
) =>
  [
    `epoch ${String(epoch).padStart(String(of).length)}/${of}`,
    `loss ${loss.toFixed(4)}`,
    `accuracy ${percent(accuracy)}`,
    ...(validation ? [`validation ${percent(validation.accuracy)}`] : []),
    `${seconds.toFixed(1)} s`,
    `${Math.round(imagesPerSecond)} images/s`,
  ].join('  ');

export interface TerminalProgressOptions {
  readonly stream?: NodeJS.WriteStream;
}

/** Shows a run: a bar on a terminal, and a line an epoch everywhere. Give it to `fit` as `progress`. */
export function terminalProgress({ stream = process.stderr }: TerminalProgressOptions = {}): Callback {
  let epochs = 0;
  const format = 'epoch {epoch} [{bar}] {value}/{total}  loss {loss}  accuracy {accuracy}';
  const bar = stream.isTTY
    ? new SingleBar({ format, stream, clearOnComplete: true, hideCursor: true }, Presets.rect)
    : undefined;
  return {
    onBegin(run) {
      epochs = run.epochs;
      stream.write(`${run.pictures} pictures in ${run.stepsPerEpoch} steps an epoch, ${run.executor}\n`);
      if (run.fallback) stream.write(`${run.fallback}\n`);
      if ((run.epoch > 0 || run.step > 0) && run.epoch < epochs)
        stream.write(
          `going on in epoch ${run.epoch + 1}/${epochs}, with ${run.step} of ${run.stepsPerEpoch} steps done\n`,
        );
      bar?.start(run.stepsPerEpoch, run.step, { epoch: run.epoch + 1, loss: '–', accuracy: '–' });
    },
    onStep({ epoch, step, stepsPerEpoch, meanLoss, meanAccuracy }) {
      bar?.setTotal(stepsPerEpoch);
      bar?.update(step, { epoch: epoch + 1, loss: meanLoss.toFixed(4), accuracy: percent(meanAccuracy) });
    },
    onEpoch(record) {
      const line = describeEpoch(record, epochs);
      if (!bar) stream.write(`${line}\n`);
      else {
        bar.stop();
        stream.write(`${line}\n`);
        if (record.epoch < epochs)
          bar.start(bar.getTotal(), 0, { epoch: record.epoch + 1, loss: '–', accuracy: '–' });
      }
    },
    onEnd() {
      bar?.stop();
    },
  };
}
