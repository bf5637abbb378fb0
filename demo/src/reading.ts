import type { WebClassifier } from '@trainyard/runtime-web';
import { modelSide, type Reading } from './ink/bitmap.ts';
import { readStrokes, type Stroke } from './ink/strokes.ts';
import { createPad } from './pad/pad.ts';
import { find } from './page/dom.ts';
import { messageOf } from './page/format.ts';
import { startTabs } from './page/tabs.ts';
import { startCamera } from './picture/camera.ts';
import { startPictureInput } from './picture/picture-input.ts';
import { answerView } from './read/answer-view.ts';
import { correctForm } from './read/correct-form.ts';
import { latestOnly } from './read/latest.ts';

const digits: readonly string[] = [...'0123456789'];
const nothingDrawn = 'Draw, and the answer follows your pen.';

const sources = ['draw', 'picture', 'camera'] as const;
type Source = (typeof sources)[number];

export interface ReadingOptions {
  /** The model of the moment. */
  readonly classifier: () => WebClassifier | undefined;
  /** After each answer. */
  readonly onRead: () => void;
  /** What is about to be read, and the lines it came from, where it was drawn. */
  readonly onShow: (reading: Reading | undefined, strokes: readonly Stroke[]) => void;
  readonly onCorrect: (pixels: Uint8Array, label: string) => void;
}

export interface PageReading {
  /** Reads what is there once more, with another model. */
  again(): void;
  /** The labels that one may correct to. */
  offer(labels: readonly string[]): void;
  repaint(): void;
}

/** Draw, drop or show a digit, and see what it is read as. */
export function startReading({ classifier, onRead, onShow, onCorrect }: ReadingOptions): PageReading {
  const answer = answerView();
  let source: Source = 'draw';
  let strokes: readonly Stroke[] = [];
  let reading: Reading | undefined;
  let why = nothingDrawn;

  const read = latestOnly(async ({ pixels }: Reading) => {
    const model = classifier();
    if (!model) return;
    const { labels } = model.manifest;
    const picture = { data: pixels, width: modelSide, height: modelSide, channels: 1 } as const;
    try {
      const ranked = await model.classify(picture, { top: labels.length });
      // It may have been wiped away, or be another model's turn, in the meantime.
      if (!reading || model !== classifier()) return;
      answer.showAnswer(labels, ranked);
      if (ranked[1]) correct.suggest(ranked[1].label);
      onRead();
    } catch (error) {
      if (model === classifier()) answer.showNothing(labels, messageOf(error));
    }
  });

  function show(): void {
    answer.showSeen(reading);
    onShow(reading, source === 'draw' ? strokes : []);
    correct.enable(reading !== undefined);
    if (reading) read(reading);
    else answer.showNothing(classifier()?.manifest.labels ?? digits, why);
  }

  function take(from: Source, next: Reading | undefined, because: string): void {
    if (from !== source) return;
    reading = next;
    why = because;
    show();
  }

  const correct = correctForm((label) => {
    if (reading) onCorrect(reading.pixels, label);
  });
  const pad = createPad(find('pad', HTMLElement), {
    label: 'Draw a digit',
    hint: 'Draw a digit here',
    onChange(drawn) {
      strokes = drawn;
      take('draw', readStrokes(drawn), nothingDrawn);
    },
  });
  const picture = startPictureInput({
    onReading: (found, because) => take('picture', found, because),
    onArrive: () => {
      if (source !== 'picture') tab('picture');
    },
  });
  const camera = startCamera({ onReading: (found, because) => take('camera', found, because) });
  const tab = startTabs(sources, (name) => {
    if (source === 'camera' && name !== 'camera') camera.stop();
    source = name;
    if (name === 'draw') take('draw', readStrokes(strokes), nothingDrawn);
    else if (name === 'picture') picture.show();
    else take('camera', undefined, 'Start the camera, and hold a digit into the frame.');
  });
  correct.offer(digits);
  show();
  return { again: show, offer: correct.offer, repaint: () => pad.repaint() };
}
