import { find, make } from '../page/dom.ts';
import { counted } from '../page/format.ts';
import { paintLevels } from '../page/pixels.ts';
import type { Example } from './examples.ts';

/** The examples by what they are; a click on one takes it out. */
export function showExamples(examples: readonly Example[], onRemove: (example: Example) => void): void {
  const byLabel = new Map<string, Example[]>();
  for (const example of examples)
    byLabel.set(example.label, [...(byLabel.get(example.label) ?? []), example]);
  const rows = [...byLabel].map(([label, own]) =>
    make(
      'div',
      { class: 'examples-row', role: 'group', 'aria-label': `Examples of ${label}` },
      make('strong', { 'aria-hidden': 'true' }, label),
      ...own.map((example, i) => {
        const canvas = make('canvas', { width: 8, height: 8, 'aria-hidden': 'true' });
        paintLevels(canvas, example.pixels);
        const words = `Take out example ${i + 1} of ${label}`;
        const button = make(
          'button',
          { type: 'button', class: 'example', 'aria-label': words, title: words },
          canvas,
        );
        button.addEventListener('click', () => onRemove(example));
        return button;
      }),
    ),
  );
  find('examples', HTMLElement).replaceChildren(...rows);
  const few = [...byLabel].filter(([, own]) => own.length < 3).map(([label]) => label);
  find('lesson-words', HTMLElement).textContent =
    examples.length === 0
      ? 'None yet. Five of a kind are a good start.'
      : `${counted(examples.length, 'example')} of ${counted(byLabel.size, 'class').replace('classs', 'classes')}.` +
        (few.length > 0 ? ` A few more of ${few.join(', ')} would help.` : '');
}
