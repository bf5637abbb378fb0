import type { Classification } from '@trainyard/runtime-common';
import type { Reading } from '../ink/bitmap.ts';
import { find } from '../page/dom.ts';
import { percent } from '../page/format.ts';
import { paintLevels, paintNothing } from '../page/pixels.ts';
import { barsView } from './bars-view.ts';

/** A screen reader hears the answer when the pen has rested for so long, in milliseconds. */
const rest = 700;

/** How it is said, by how sure the network is. */
const words: readonly (readonly [least: number, says: (best: string, next: string) => string])[] = [
  [0.9, (best) => `That is a ${best}.`],
  [0.6, (best, next) => `Most likely a ${best}; it might be a ${next}.`],
  [0, (best, next) => `Hard to read: a ${best}, or a ${next}?`],
];

export interface AnswerView {
  /** What the network gets, before it has answered. */
  showSeen(reading: Reading | undefined): void;
  /** All classes, the likeliest first. */
  showAnswer(labels: readonly string[], ranked: readonly Classification[]): void;
  /** Nothing to read; `why` says so. */
  showNothing(labels: readonly string[], why: string): void;
}

export function answerView(): AnswerView {
  const digit = find('digit', HTMLOutputElement);
  const sure = find('sure', HTMLElement);
  const says = find('says', HTMLElement);
  const announce = find('announce', HTMLElement);
  const seen = find('seen', HTMLCanvasElement);
  const bars = barsView(find('bars', HTMLOListElement));
  let timer: ReturnType<typeof setTimeout> | undefined;
  const later = (text: string): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      announce.textContent = text;
    }, rest);
  };
  return {
    showSeen(reading) {
      if (reading) paintLevels(seen, reading.pixels);
      else paintNothing(seen);
    },
    showAnswer(labels, ranked) {
      const [best, next] = ranked as [Classification, Classification];
      const share = percent(best.probability);
      digit.textContent = best.label;
      digit.classList.remove('none');
      digit.classList.toggle('long', best.label.length > 2);
      sure.textContent = share;
      says.textContent = words.find(([least]) => best.probability >= least)![1](best.label, next.label);
      const byLabel = new Map(ranked.map(({ label, probability }) => [label, probability]));
      bars.show(
        labels,
        labels.map((label) => byLabel.get(label) ?? 0),
      );
      later(`Read as ${best.label}, ${share}`);
    },
    showNothing(labels, why) {
      digit.textContent = '?';
      digit.classList.add('none');
      digit.classList.remove('long');
      sure.textContent = '\u00a0';
      says.textContent = why;
      bars.show(labels, undefined);
      later('');
    },
  };
}
