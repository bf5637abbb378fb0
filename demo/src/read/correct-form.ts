import { find, make } from '../page/dom.ts';

export interface CorrectForm {
  offer(labels: readonly string[]): void;
  /** What it is, if it is not what it was read as. */
  suggest(label: string): void;
  /** Whether there is something to name. */
  enable(is: boolean): void;
}

/** Names what was read wrong, for the lesson. */
export function correctForm(onCorrect: (label: string) => void): CorrectForm {
  const form = find('correct', HTMLFormElement);
  const select = find('correct-label', HTMLSelectElement);
  const add = find('correct-add', HTMLButtonElement);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    onCorrect(select.value);
    const before = add.textContent;
    add.textContent = 'Added';
    setTimeout(() => {
      add.textContent = before;
    }, 1200);
  });
  return {
    offer(labels) {
      const { value } = select;
      select.replaceChildren(...labels.map((label) => make('option', {}, label)));
      if (labels.includes(value)) select.value = value;
    },
    suggest(label) {
      if (document.activeElement !== select) select.value = label;
    },
    enable(is) {
      add.disabled = !is;
    },
  };
}
