import type { Reading } from '../ink/bitmap.ts';
import { readStrokes } from '../ink/strokes.ts';
import { createPad, type Pad } from '../pad/pad.ts';
import { find, make } from '../page/dom.ts';
import { bytes, counted, messageOf } from '../page/format.ts';
import type { BuiltInPictures } from '../pictures.ts';
import { curveView } from './curve-view.ts';
import { labelsWith } from './examples.ts';
import { showExamples } from './examples-view.ts';
import { labelsView } from './labels-view.ts';
import type { LearnedModel } from './learn.ts';
import { learnInWorker } from './learner.ts';
import { Lesson } from './lesson.ts';
import { showScores } from './scores-view.ts';

/** The released model that a lesson starts from. */
export interface Base {
  readonly model: Uint8Array;
  readonly labels: readonly string[];
}

export interface TeachOptions {
  readonly base: () => Promise<Base>;
  readonly pictures: () => Promise<BuiltInPictures>;
  readonly onLearned: (learned: LearnedModel) => void;
  /** The classes one may name have changed. */
  readonly onLabels: (labels: readonly string[]) => void;
  readonly onTry: () => void;
  readonly onForget: () => void;
}

export interface Teach {
  /** The classes of the release. */
  offer(labels: readonly string[]): void;
  add(pixels: Uint8Array, label: string): void;
  repaint(): void;
}

const epochs = 8;

/** Collects examples, trains on them, and hands over what was learned. */
export function startTeach({ base, pictures, onLearned, onLabels, onTry, onForget }: TeachOptions): Teach {
  const train = find('train', HTMLButtonElement);
  const stop = find('train-stop', HTMLButtonElement);
  const layers = find('layers', HTMLSelectElement);
  const words = find('train-words', HTMLElement);
  const curveBox = find('curve', HTMLElement);
  const taught = find('taught', HTMLElement);
  const download = find('download', HTMLAnchorElement);
  const curve = curveView(curveBox);
  let released: readonly string[] = [];
  let invented: readonly string[] = [];
  let running: AbortController | undefined;
  let address: string | undefined;

  const labels = (): readonly string[] => [
    ...new Set([...labelsWith(released, lesson.examples), ...invented]),
  ];
  function name(): void {
    view.offer(labels());
    onLabels(labels());
  }
  const lesson = new Lesson(() => {
    showExamples(lesson.examples, (example) => lesson.remove(example));
    train.disabled = lesson.examples.length === 0 || released.length === 0;
    name();
  });
  const add = make('button', { type: 'button', class: 'primary', disabled: true }, 'Add example');
  const view = labelsView(
    (label) => {
      add.textContent = label ? `Add this ${label}` : 'Add example';
    },
    (label) => {
      invented = [...invented, label];
      name();
    },
  );
  let reading: Reading | undefined;
  const pad: Pad = createPad(find('lesson-pad', HTMLElement), {
    label: 'Draw an example',
    hint: 'Draw an example',
    tools: [add],
    onChange: (strokes) => {
      reading = readStrokes(strokes);
      add.disabled = reading === undefined;
    },
    onEnter: () => add.click(),
  });
  add.addEventListener('click', () => {
    if (!reading) return;
    lesson.add({ pixels: reading.pixels, label: view.chosen });
    reading = undefined;
    pad.clear();
  });

  async function run(): Promise<void> {
    const controller = new AbortController();
    running = controller;
    busy(true);
    words.textContent = 'Getting ready…';
    try {
      const [{ model, labels: known }, { rehearsal, test }] = await Promise.all([base(), pictures()]);
      let begun = false;
      const started = performance.now();
      const learned = await learnInWorker(
        {
          model,
          labels: known,
          examples: lesson.examples,
          rehearsal,
          test,
          layers: Number(layers.value),
          epochs,
          seed: 1,
        },
        ({ step, steps, loss }) => {
          if (!begun) curve.start(steps);
          begun = true;
          curve.add(step, loss);
          words.textContent = `Step ${step} of ${steps}, loss ${loss.toFixed(3)}`;
        },
        controller.signal,
      );
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      words.textContent = `Trained ${learned.trained.toLocaleString('en')} numbers on ${counted(lesson.examples.length, 'example')} and ${rehearsal.length} digits in ${seconds} s. The page reads with it now.`;
      showScores(learned);
      offerDownload(learned);
      onLearned(learned);
    } catch (error) {
      words.textContent = controller.signal.aborted
        ? 'Stopped: nothing was changed.'
        : `It did not work: ${messageOf(error)}`;
    } finally {
      running = undefined;
      busy(false);
    }
  }

  function busy(is: boolean): void {
    train.hidden = is;
    stop.hidden = !is;
    layers.disabled = is;
    if (is) curveBox.hidden = false;
    if (is) stop.focus();
    else if (document.activeElement === document.body) train.focus({ preventScroll: true });
  }

  function offerDownload({ model }: LearnedModel): void {
    if (address) URL.revokeObjectURL(address);
    address = URL.createObjectURL(new Blob([model], { type: 'application/octet-stream' }));
    download.href = address;
    download.textContent = `Download ONNX, ${bytes(model.length)}`;
    taught.hidden = false;
  }

  train.addEventListener('click', () => void run());
  stop.addEventListener('click', () => running?.abort());
  find('try', HTMLButtonElement).addEventListener('click', onTry);
  find('forget', HTMLButtonElement).addEventListener('click', () => {
    invented = [];
    lesson.clear();
    taught.hidden = true;
    curveBox.hidden = true;
    find('scores', HTMLElement).hidden = true;
    words.textContent = 'Forgotten.';
    onForget();
  });
  return {
    offer(offered) {
      released = offered;
      lesson.restore();
    },
    add(pixels, label) {
      lesson.add({ pixels, label });
    },
    repaint: () => pad.repaint(),
  };
}
