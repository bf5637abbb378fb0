import { memorySource, toInput } from '@trainyard/runtime-common';
import { loadBundle, type WebClassifier, type WebOptions } from '@trainyard/runtime-web';
import { type CaseResult, pixelsOf, runRuntimeCases, tinyBundle } from '@trainyard/testing/runtime-cases';
import { decode } from '../decode.ts';
import { type Picture, toSent } from '../picture.ts';

/** What came of loading a bundle in the page and classifying in it; plain data. */
export interface Loading {
  /** Logits of a picture; undefined where an error came. */
  readonly logits?: number[];
  readonly error?: { readonly name: string; readonly message: string };
  readonly provider?: string;
  readonly passedOver?: WebClassifier['passedOver'];
  readonly threads?: number;
  /** `info: ...` and `warn: ...`. */
  readonly log: string[];
  readonly progress: { readonly file: string; readonly bytes: number; readonly total: number | undefined }[];
}

/** What tests call in the page. */
export interface PageApi {
  readonly loadBundle: typeof loadBundle;
  readonly memorySource: typeof memorySource;
  readonly tinyBundle: typeof tinyBundle;
  readonly pixelsOf: typeof pixelsOf;
  /** The conformance suite. */
  conformance(options: WebOptions, onResult?: (result: CaseResult) => void): Promise<CaseResult[]>;
  /** What a model of 13 x 11 pixels is given of a picture, in base64; or its error. */
  inputOf(picture: Picture): Promise<string>;
  /** Loads a bundle, the tiny one where no address is given, and gives it pixels. */
  load(place: string | undefined, options?: WebOptions, abortAfter?: number): Promise<Loading>;
}

async function load(
  place: string | undefined,
  options: WebOptions = {},
  abortAfter?: number,
): Promise<Loading> {
  const log: string[] = [];
  const progress: Loading['progress'] = [];
  const logger = {
    info: (message: string) => log.push(`info: ${message}`),
    warn: (message: string) => log.push(`warn: ${message}`),
  };
  const controller = new AbortController();
  let bytes = 0;
  try {
    const classifier = await loadBundle(place ?? memorySource(tinyBundle().files), {
      logger,
      onProgress(event) {
        progress.push(event);
        bytes += event.bytes;
        if (abortAfter !== undefined && bytes > abortAfter) controller.abort(new Error('enough'));
      },
      signal: controller.signal,
      ...options,
    });
    const { height, width, channels } = classifier.manifest.input;
    const logits = [...(await classifier.predict(pixelsOf(height * width * channels)))];
    const { provider, passedOver, threads } = classifier;
    await classifier.dispose();
    return { logits, provider, passedOver, threads, log, progress };
  } catch (error) {
    const { name, message } = error as Error;
    return { error: { name, message }, log, progress };
  }
}

async function inputOf(picture: Picture): Promise<string> {
  const input = { ...tinyBundle().manifest.input, height: 11, width: 13 };
  try {
    return btoa(String.fromCharCode(...toInput(await decode(await toSent(picture)), input)));
  } catch (error) {
    return String(error);
  }
}

const inPage: PageApi = {
  loadBundle,
  memorySource,
  tinyBundle,
  pixelsOf,
  inputOf,
  load,
  conformance: (options, onResult) =>
    runRuntimeCases(
      { name: 'web', load: (files, more) => loadBundle(memorySource(files), { ...more, ...options }) },
      onResult,
    ),
};

Object.assign(globalThis, { inPage });
