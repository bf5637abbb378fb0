import { find, make } from '../page/dom.ts';
import { percent } from '../page/format.ts';
import type { LearnedModel } from './learn.ts';

/** How well it read before and after: what it learned from, what was kept back, and what it must not forget. */
export function showScores({ before, after }: LearnedModel): void {
  const rows = [
    ['Your examples', before.learned, after.learned],
    ['Kept back', before.kept, after.kept],
    ['100 test digits', before.test, after.test],
  ] as const;
  const box = find('scores', HTMLElement);
  box.hidden = false;
  box.replaceChildren(
    ...rows.flatMap(([name, from, to]) =>
      from === undefined || to === undefined
        ? []
        : [
            make(
              'div',
              { class: 'score' },
              make('span', { class: 'name' }, name),
              make('span', { class: 'values' }, percent(from, 0), ' → ', make('strong', {}, percent(to, 0))),
              make(
                'span',
                { class: 'bar', 'aria-hidden': 'true' },
                make('i', { class: 'old', style: `width:${from * 100}%` }),
                make('i', { style: `width:${to * 100}%` }),
              ),
            ),
          ],
    ),
  );
}
