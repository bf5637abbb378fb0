import { type Manifest, openBundle } from '@trainyard/runtime-common';
import { type BundlePlace, sha256, type WebClassifier } from '@trainyard/runtime-web';
import { startCompare } from './compare/compare.ts';
import { fetchPictures, hostedBundle, once } from './fetch.ts';
import { showHow } from './how.ts';
import { find } from './page/dom.ts';
import { bytes } from './page/format.ts';
import { startTheme } from './page/theme.ts';
import { factsView } from './read/facts-view.ts';
import { loadView } from './read/load-view.ts';
import { PageModel, type Wish } from './read/model.ts';
import { Recent } from './read/recent.ts';
import { startReading } from './reading.ts';
import { taughtBundle } from './teach/taught-bundle.ts';
import { startTeach } from './teach/teach.ts';

const bundle = new URL('bundle/', document.baseURI);
let wish: Wish = { place: bundle, variant: 'float32', provider: 'wasm' };
let released: Pick<WebClassifier, 'manifest' | 'digest'> | undefined;
let taught: { readonly place: BundlePlace; readonly manifest: Manifest } | undefined;

const recent = new Recent(50);
const load = loadView();
const pictures = once(fetchPictures);

const model = new PageModel({
  onProgress: (share, { variant }) => load.loading(`Loading ${variant}…`, share),
  onLoaded(classifier) {
    load.done();
    recent.reset();
    if (!released) meet(classifier);
    facts.loaded(classifier);
    facts.time(recent);
    compare.using(classifier.variant.name);
    find('model-size', HTMLElement).textContent = bytes(classifier.variant.bytes);
    reading.again();
  },
  onFailed(error, failed) {
    load.failed(failed.variant, error, () => use(failed));
    // The one that was there before goes on.
    if (model.classifier) facts.loaded(model.classifier);
  },
  onRun: (milliseconds) => recent.add(milliseconds),
});

/** The first model has brought the manifest: now there is something to choose from. */
function meet({ manifest, digest }: WebClassifier): void {
  released = { manifest, digest };
  facts.offer(manifest, undefined);
  compare.offer(manifest);
  teach.offer(manifest.labels);
}

function use(next: Partial<Wish>): void {
  wish = { ...wish, ...next };
  load.loading(`Loading ${wish.variant}…`, undefined);
  void model.use(wish);
}

const choose = (variant: string): void =>
  use({ variant, place: variant === 'taught' && taught ? taught.place : bundle });

const facts = factsView({ onVariant: choose, onProvider: (provider) => use({ provider }) });
const compare = startCompare({ place: bundle, pictures, provider: () => wish.provider, onChoose: choose });

const teach = startTeach({
  pictures,
  base: once(async () => {
    const { manifest, readVariant } = await openBundle(hostedBundle(bundle), {
      sha256,
      ...(released && { expectedDigest: released.digest }),
    });
    const float32 = manifest.variants.find(({ precision }) => precision === 'float32')!;
    return { model: await readVariant(float32), labels: manifest.labels };
  }),
  async onLearned(learned) {
    if (!released) return;
    taught = await taughtBundle(learned, released);
    facts.offer(released.manifest, taught.manifest);
    choose('taught');
  },
  onLabels: (labels) => reading.offer(labels),
  onTry: () => find('read', HTMLElement).scrollIntoView(),
  onForget() {
    taught = undefined;
    if (released) facts.offer(released.manifest, undefined);
    if (wish.variant === 'taught') choose('float32');
  },
});

const reading = startReading({
  classifier: () => model.classifier,
  onRead: () => facts.time(recent),
  onShow: showHow(),
  onCorrect: (pixels, label) => teach.add(pixels, label),
});

startTheme(() => {
  reading.repaint();
  teach.repaint();
});
use({});
