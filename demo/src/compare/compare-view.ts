import type { Manifest, Variant } from '@trainyard/runtime-common';
import { find, make } from '../page/dom.ts';
import { bytes, milliseconds, percent } from '../page/format.ts';
import type { Measured } from './measure.ts';

const numbers = [
  'no',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
  'twelve',
];

interface Row {
  readonly element: HTMLTableRowElement;
  readonly time: HTMLTableCellElement;
  readonly agreement: HTMLTableCellElement;
  readonly choose: HTMLButtonElement;
}

export interface CompareView {
  offer(manifest: Manifest): void;
  /** Marks the variant that the page uses. */
  using(variant: string): void;
  measured(results: readonly Measured[]): void;
}

/** The variants of a release in a table; `onChoose` is told which one to use. */
export function compareView(onChoose: (variant: string) => void): CompareView {
  const body = find('variant-rows', HTMLTableSectionElement);
  const count = find('variant-count', HTMLElement);
  const rows = new Map<string, Row>();
  return {
    offer({ variants }) {
      rows.clear();
      const largest = Math.max(...variants.map((variant) => variant.bytes));
      for (const variant of variants) rows.set(variant.name, rowOf(variant, largest, onChoose));
      body.replaceChildren(...[...rows.values()].map(({ element }) => element));
      count.textContent = numbers[variants.length] ?? String(variants.length);
    },
    using(variant) {
      for (const [name, { element, choose }] of rows) {
        element.classList.toggle('using', name === variant);
        choose.textContent = name === variant ? 'In use' : 'Use';
        choose.disabled = name === variant;
      }
    },
    measured(results) {
      for (const { time, agreement } of rows.values())
        for (const cell of [time, agreement]) cell.replaceChildren('–');
      const slowest = Math.max(...results.map((result) => result.milliseconds));
      const quickest = Math.min(...results.map((result) => result.milliseconds));
      for (const result of results) {
        const row = rows.get(result.variant);
        row?.time.replaceChildren(
          bar(result.milliseconds / slowest),
          number(milliseconds(result.milliseconds)),
        );
        row?.time.classList.toggle('best', results.length > 1 && result.milliseconds === quickest);
        row?.agreement.replaceChildren(percent(result.agreement, 0));
      }
    },
  };
}

function rowOf(
  { name, bytes: count, accuracy, precision }: Variant,
  largest: number,
  onChoose: (variant: string) => void,
): Row {
  const cell = (label: string, ...content: (Node | string)[]) =>
    make('td', { 'data-label': label }, ...content);
  const [time, agreement] = [cell('Time here', '–'), cell('Agrees here', '–')];
  const choose = make('button', { type: 'button', 'aria-label': `Use ${name}` }, 'Use');
  choose.addEventListener('click', () => onChoose(name));
  const element = make(
    'tr',
    {},
    make('th', { scope: 'row' }, make('i', { class: `mark ${precision}`, title: precision }), name),
    cell('Size', bar(count / largest), number(bytes(count))),
    cell('Accuracy', percent(accuracy, 2)),
    time,
    agreement,
    make('td', { class: 'choose' }, choose),
  );
  return { element, time, agreement, choose };
}

const number = (text: string): HTMLElement => make('span', {}, text);

const bar = (share: number): HTMLElement =>
  make(
    'span',
    { class: 'bar', 'aria-hidden': 'true' },
    make('i', { style: `width:${(share * 100).toFixed(1)}%` }),
  );
