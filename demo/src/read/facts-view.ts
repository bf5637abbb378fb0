import type { Manifest } from '@trainyard/runtime-common';
import type { WebClassifier } from '@trainyard/runtime-web';
import { find, make } from '../page/dom.ts';
import { bytes, counted, milliseconds } from '../page/format.ts';
import type { Recent } from './recent.ts';

export interface FactsView {
  /** The variants one may choose: those of the release, and the one that was taught here. */
  offer(released: Manifest, taught: Manifest | undefined): void;
  loaded(classifier: WebClassifier): void;
  time(recent: Recent): void;
}

export interface FactsOptions {
  readonly onVariant: (name: string) => void;
  readonly onProvider: (provider: 'wasm' | 'webgpu') => void;
}

/** Which model runs where, how large it is, and how fast. */
export function factsView({ onVariant, onProvider }: FactsOptions): FactsView {
  const variant = find('variant', HTMLSelectElement);
  const provider = find('provider', HTMLSelectElement);
  const size = find('fact-size', HTMLElement);
  const time = find('fact-time', HTMLElement);
  const notes = find('notes', HTMLElement);
  variant.addEventListener('change', () => onVariant(variant.value));
  provider.addEventListener('change', () => onProvider(provider.value === 'webgpu' ? 'webgpu' : 'wasm'));
  return {
    offer(released, taught) {
      const chosen = variant.value;
      variant.replaceChildren(
        ...(taught ? [make('option', { value: 'taught' }, 'taught by you')] : []),
        ...released.variants.map(({ name }) => make('option', { value: name }, name)),
      );
      if (chosen) variant.value = chosen;
    },
    loaded({ variant: { name, bytes: count }, provider: where, threads, passedOver }) {
      variant.value = name;
      variant.disabled = false;
      provider.disabled = false;
      provider.value = where;
      provider.options[0]!.text = where === 'wasm' ? `WASM, ${counted(threads, 'thread')}` : 'WASM';
      size.textContent = bytes(count);
      notes.replaceChildren(
        ...passedOver.map(({ provider: other, reason }) =>
          make('span', {}, `${other === 'webgpu' ? 'WebGPU' : other} was passed over: ${reason}.`),
        ),
        ...(crossOriginIsolated
          ? []
          : [make('span', {}, 'One thread only: the host does not isolate this page from other origins.')]),
      );
    },
    time(recent) {
      time.textContent = recent.count > 0 ? milliseconds(recent.median) : '–';
      time.title = recent.count > 0 ? `Median of the last ${counted(recent.count, 'picture')}` : '';
    },
  };
}
