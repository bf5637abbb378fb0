import { make } from '../page/dom.ts';
import { percent } from '../page/format.ts';

export interface BarsView {
  /** One probability for each label; none: all bars are empty. */
  show(labels: readonly string[], probabilities: readonly number[] | undefined): void;
}

interface Bar {
  readonly item: HTMLLIElement;
  readonly value: HTMLElement;
}

/** A column for each class. */
export function barsView(list: HTMLOListElement): BarsView {
  let shown = '';
  let bars: Bar[] = [];
  const build = (labels: readonly string[]): void => {
    bars = labels.map((label) => {
      const value = make('span', { class: 'value' });
      const track = make('span', { class: 'track', 'aria-hidden': 'true' }, make('i'));
      return { value, item: make('li', {}, value, track, make('span', { class: 'label' }, label)) };
    });
    list.replaceChildren(...bars.map(({ item }) => item));
    list.style.setProperty('--count', String(labels.length));
  };
  return {
    show(labels, probabilities) {
      const key = labels.join('\n');
      if (key !== shown) build(labels);
      shown = key;
      const most = probabilities && Math.max(...probabilities);
      bars.forEach(({ item, value }, i) => {
        const share = probabilities?.[i] ?? 0;
        item.style.setProperty('--share', share.toFixed(4));
        item.classList.toggle('top', probabilities !== undefined && share === most);
        item.classList.toggle('faint', share < 0.005);
        value.textContent = probabilities
          ? percent(share, share < 0.0995 ? 1 : 0).replace(' %', '\u2009%')
          : '';
      });
    },
  };
}
