import type { Manifest } from '@trainyard/runtime-common';
import type { BundlePlace } from '@trainyard/runtime-web';
import { find } from '../page/dom.ts';
import { messageOf, milliseconds } from '../page/format.ts';
import type { BuiltInPictures } from '../pictures.ts';
import { type CompareView, compareView } from './compare-view.ts';
import { type Measured, measure } from './measure.ts';

export interface CompareOptions {
  readonly place: BundlePlace;
  readonly pictures: () => Promise<BuiltInPictures>;
  readonly provider: () => 'wasm' | 'webgpu';
  readonly onChoose: (variant: string) => void;
}

/** The table of variants, and the button that measures them here. */
export function startCompare({ place, pictures, provider, onChoose }: CompareOptions): CompareView {
  const view = compareView(onChoose);
  const start = find('measure', HTMLButtonElement);
  const stop = find('measure-stop', HTMLButtonElement);
  const progress = find('measure-progress', HTMLProgressElement);
  const words = find('measure-words', HTMLElement);
  let manifest: Manifest | undefined;
  let running: AbortController | undefined;

  async function run({ variants }: Manifest): Promise<void> {
    const controller = new AbortController();
    running = controller;
    busy(true);
    const results: Measured[] = [];
    try {
      const { test } = await pictures();
      // What the others are compared with comes first.
      const ordered = [...variants].sort(
        (a, b) => Number(b.name === 'float32') - Number(a.name === 'float32'),
      );
      await measure({
        place,
        variants: ordered,
        provider: provider(),
        images: test.images,
        pictures: test.length,
        signal: controller.signal,
        onProgress: (variant, share) => {
          progress.value = share;
          words.textContent = variant;
        },
        onMeasured: (result) => {
          results.push(result);
          view.measured(results);
        },
      });
      const best = results.reduce((a, b) => (b.milliseconds < a.milliseconds ? b : a));
      words.textContent = `Done, on ${best.provider === 'wasm' ? 'WASM' : 'WebGPU'}: ${best.variant} is the fastest here, ${milliseconds(best.milliseconds)} a picture.`;
    } catch (error) {
      words.textContent = controller.signal.aborted ? 'Stopped.' : `It did not work: ${messageOf(error)}`;
    } finally {
      running = undefined;
      busy(false);
    }
  }

  function busy(is: boolean): void {
    start.hidden = is;
    stop.hidden = !is;
    progress.hidden = !is;
    progress.value = 0;
    // The focus stays where the button was.
    if (is) stop.focus();
    else if (document.activeElement === stop || document.activeElement === document.body)
      start.focus({ preventScroll: true });
  }

  start.addEventListener('click', () => {
    if (manifest) void run(manifest);
  });
  stop.addEventListener('click', () => running?.abort());
  return {
    ...view,
    offer(offered) {
      manifest = offered;
      start.disabled = false;
      view.offer(offered);
    },
  };
}
