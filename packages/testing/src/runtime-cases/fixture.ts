import type { Classifier, LoadOptions, RawPicture, RunEvent } from '@trainyard/runtime-common';
import { pixelsOf, type TinyBundle, tinyBundle } from '../tiny-bundle.ts';

/** What the suite needs of a runtime: how it loads a bundle whose files are given. */
export interface RuntimeUnderTest {
  readonly name: string;
  load(files: TinyBundle['files'], options: LoadOptions): Promise<Classifier>;
}

/** Something that a runtime must do; it rejects where it does not. */
export interface RuntimeCase {
  readonly name: string;
  run(): Promise<void>;
}

/** What the cases share. */
export interface Fixture {
  readonly bundle: TinyBundle;
  /** Bytes of a picture. */
  readonly size: number;
  /** A picture of the model's size. */
  picture(seed?: number): RawPicture;
  /** One for all cases that need nothing special, since loading can be slow: batches of at most 3. */
  shared(): Promise<Classifier>;
  /** The runs of `shared` since a case asked for it. */
  readonly events: readonly RunEvent[];
  /** A classifier of its own for the case, disposed of after it. */
  open(options?: LoadOptions, files?: TinyBundle['files']): Promise<Classifier>;
}

/** A fixture over a runtime, with how a case is ended and how all are. */
export function fixtureOf({ load }: RuntimeUnderTest): Fixture & {
  endCase(): Promise<void>;
  close(): Promise<void>;
} {
  const bundle = tinyBundle();
  const { height, width, channels } = bundle.manifest.input;
  const size = height * width * channels;
  const events: RunEvent[] = [];
  const opened: Classifier[] = [];
  let common: Promise<Classifier> | undefined;
  return {
    bundle,
    size,
    events,
    picture: (seed = 1) => ({ data: pixelsOf(size, seed), height, width, channels }),
    shared() {
      events.length = 0;
      common ??= load(bundle.files, { maxBatch: 3, onRun: (event) => events.push(event) });
      return common;
    },
    async open(options = {}, files = bundle.files) {
      const classifier = await load(files, options);
      opened.push(classifier);
      return classifier;
    },
    async endCase() {
      await Promise.all(opened.splice(0).map((classifier) => classifier.dispose()));
    },
    async close() {
      await (await common)?.dispose();
    },
  };
}
