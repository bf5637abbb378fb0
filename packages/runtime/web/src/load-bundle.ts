import {
  type BundleSource,
  type Classifier,
  loadClassifier,
  type ModelSession,
  type ModelSignature,
  manifestFile,
  packedSource,
  RuntimeError,
  silentLogger,
  throwIfAborted,
  toInput,
} from '@trainyard/runtime-common';
import { HttpSource } from './http-source.ts';
import type { OrtEvents } from './ort-module.ts';
import { type Picture, release, toSent } from './picture.ts';
import type { RuntimeOptions } from './runtime.ts';
import { sha256 as defaultSha256 } from './sha256.ts';
import { openStore } from './store.ts';
import { chooseThreads } from './threads.ts';
import type { WebClassifier, WebOptions } from './web-options.ts';
import type { Loaded } from './worker-protocol.ts';
import { WorkerSession } from './worker-session.ts';

/**
 * The address of a bundle's folder, or of the manifest in one that has no index; a packed bundle (`packBundle`); or
 * any source.
 */
export type BundlePlace = string | URL | Uint8Array | Blob | BundleSource;

/** How this build of the package finds what belongs to it. */
export interface Surroundings {
  startWorker(): Worker;
  /** What the worker consists of, for a page without one. */
  importHost(): Promise<Host>;
  /** The folder of ONNX Runtime's files, where it is not the bundler that knows them. */
  ortPath?(): string;
}

type Host = typeof import('./host.ts');

/** Where the model runs, before it is there. */
interface Place {
  load(model: Uint8Array, signature: ModelSignature, threads: number): Promise<ModelSession & Loaded>;
  decode(picture: Picture, input: ModelSignature['input'], signal?: AbortSignal): Promise<Uint8Array>;
  /** What is loading is of no use any more. */
  giveUp(reason: unknown): void;
}

/** @see loadBundle in `index.ts` */
export async function loadBundleIn(
  surroundings: Surroundings,
  place: BundlePlace,
  options: WebOptions,
): Promise<WebClassifier> {
  const { logger = silentLogger, signal, sha256 = defaultSha256, cache = true } = options;
  throwIfAborted(signal);
  checkThreads(options.threads);
  const warn = (message: string) => logger.warn(message);
  const source = await sourceOf(place, options, warn);
  const isolated = globalThis.crossOriginIsolated;
  const where = await startIn(surroundings, options, {
    providers: options.executionProviders ?? ['wasm'],
    threads: isolated ? options.threads : 1,
    ortPath: folderOf(options.ortPath) ?? surroundings.ortPath?.(),
    cache,
  });
  const stop = () => where.giveUp(signal?.reason);
  signal?.addEventListener('abort', stop);
  let threads = 1;
  let classifier: Classifier<Picture>;
  try {
    classifier = await loadClassifier(
      source,
      { ...options, sha256 },
      {
        platform: 'web',
        async createSession(model, signature, _, { flops }) {
          const setting = { isolated, processors: globalThis.navigator.hardwareConcurrency };
          const choice = chooseThreads(options.threads, flops, setting);
          if (choice.reason) logger.info(choice.reason);
          const session = await where.load(model, signature, choice.threads);
          threads = session.threads;
          logger.info(`execution provider ${session.provider}, threads: ${threads}`);
          return session;
        },
        async decode(picture: Picture, { input, signal }) {
          const { width, height, channels } = input;
          return { data: await where.decode(picture, input, signal), width, height, channels };
        },
      },
    );
  } catch (error) {
    where.giveUp(error);
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
  if (source instanceof HttpSource) await source.keep();
  return { ...classifier, threads };
}

function checkThreads(threads: number | undefined): void {
  if (threads !== undefined && (!Number.isSafeInteger(threads) || threads < 1))
    throw new RuntimeError('loadBundle', 'a whole number of at least 1 as `threads`', String(threads));
}

const folderOf = (path: string | URL | undefined): string | undefined =>
  path === undefined
    ? undefined
    : withSlash(new URL(path, globalThis.document?.baseURI ?? location.href)).href;

function withSlash(url: URL): URL {
  const folder = new URL(url);
  if (!folder.pathname.endsWith('/')) folder.pathname += '/';
  return folder;
}

async function sourceOf(
  place: BundlePlace,
  { cache = true, sha256 = defaultSha256, expectedDigest }: WebOptions,
  warn: (message: string) => void,
): Promise<BundleSource> {
  if (place instanceof Uint8Array) return packedSource(place);
  if (place instanceof Blob) return packedSource(new Uint8Array(await place.arrayBuffer()));
  if (typeof place !== 'string' && !(place instanceof URL)) return place;
  const url = new URL(place, globalThis.document?.baseURI ?? location.href);
  const store = cache ? await openStore(warn) : undefined;
  const indexed = !url.pathname.endsWith(`/${manifestFile}`);
  const folder = indexed ? withSlash(url) : new URL('.', url);
  return new HttpSource(folder, { store, sha256, expectedDigest, indexed, warn });
}

async function startIn(
  surroundings: Surroundings,
  { worker = true, onProgress = () => {}, logger = silentLogger }: WebOptions,
  options: RuntimeOptions,
): Promise<Place> {
  const events = { onProgress, warn: (message: string) => logger.warn(message) };
  if (!worker) return startInPage(await surroundings.importHost(), options, events);
  const session = new WorkerSession(surroundings.startWorker(), options, events);
  return {
    async load(model, signature, threads) {
      await session.load(model, signature, threads);
      return session;
    },
    async decode(picture, input, signal) {
      const sent = await toSent(picture);
      const isLight = sent.kind === 'pixels' && !(sent.picture.data?.length > lightBytes);
      if (isLight) return toInput(sent.picture, input);
      try {
        return await session.prepare(sent, signal);
      } finally {
        release(sent);
      }
    },
    giveUp: (reason) => session.end(reason),
  };
}

// Up to about this size, resizing pixels here costs less than copying them to the worker.
const lightBytes = 2 ** 16;

function startInPage({ startRuntime, decode }: Host, options: RuntimeOptions, events: OrtEvents): Place {
  return {
    load: startRuntime(options, events).load,
    decode: async (picture, input) => toInput(await decode(await toSent(picture)), input),
    giveUp() {},
  };
}
