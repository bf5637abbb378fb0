import { find, make } from '../page/dom.ts';

export interface LabelsView {
  readonly chosen: string;
  choose(label: string): void;
  offer(labels: readonly string[]): void;
}

/** What the visitor is about to draw: one of the classes, or a new sign. */
export function labelsView(onChoose: (label: string) => void, onNew: (label: string) => void): LabelsView {
  const group = find('labels', HTMLElement);
  const form = find('new-label', HTMLFormElement);
  const name = find('new-label-name', HTMLInputElement);
  let chosen = '';
  const inputs = new Map<string, HTMLInputElement>();
  const choose = (label: string): void => {
    chosen = label;
    const input = inputs.get(label);
    if (input) input.checked = true;
    onChoose(label);
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const label = name.value.trim();
    if (label === '') return name.focus();
    name.value = '';
    if (!inputs.has(label)) onNew(label);
    choose(label);
  });
  return {
    get chosen() {
      return chosen;
    },
    choose,
    offer(labels) {
      if (labels.join('\n') === [...inputs.keys()].join('\n')) return;
      inputs.clear();
      group.replaceChildren(
        ...labels.map((label) => {
          const input = make('input', { type: 'radio', name: 'label', value: label, class: 'hidden' });
          input.addEventListener('change', () => choose(label));
          inputs.set(label, input);
          return make('label', { class: 'chip' }, input, make('span', {}, label));
        }),
      );
      choose(labels.includes(chosen) ? chosen : (labels[0] ?? ''));
    },
  };
}
