import {
  BundleError,
  type LoadProgress,
  MemoryError,
  ProviderError,
  VariantError,
} from '@trainyard/runtime-common';
import { bundleWith, pixelsOf } from '../tiny-bundle.ts';
import { hugeModel, unknownOperatorModel } from '../tiny-models.ts';
import { equal, rejects, truthy } from './check.ts';
import type { Fixture, RuntimeCase } from './fixture.ts';

/** What is loaded and what is not, with progress and with abort. */
export const loading = ({ bundle, size, open }: Fixture): RuntimeCase[] => {
  const { input, output, labels } = bundle.manifest;
  const shape = [input.height, input.width, input.channels];
  /** Loads and runs once: what is wrong with a model may show at either. */
  const use = async (files: typeof bundle.files, pixels = pixelsOf(size)): Promise<unknown> =>
    (await open({}, files)).predict(pixels);
  return [
    {
      name: 'loads the variant that is named, and lists the names for one that is not there',
      async run() {
        const classifier = await open({ variant: 'half', expectedDigest: bundle.digest });
        const pixels = pixelsOf(size);
        equal(
          await classifier.predict(pixels),
          bundle.expected(pixels).map((logit) => logit / 2),
        );
        await rejects(open({ variant: 'int8' }), /full, half, got "int8"/);
        await rejects(open({ maxBytes: 10 }), VariantError);
        await rejects(open({ minAccuracy: 1.1 }), VariantError);
      },
    },
    {
      name: 'refuses a bundle of which a byte was changed, cut off or missing',
      async run() {
        for (const file of ['manifest.json', 'manifest.sha256', 'full.onnx']) {
          const bytes = bundle.files[file]!;
          const flipped = bytes.slice();
          flipped[bytes.length >> 1]! ^= 1;
          for (const changed of [flipped, bytes.slice(0, -1), new Uint8Array(0)])
            await rejects(open({}, { ...bundle.files, [file]: changed }), BundleError, file);
        }
        for (const file of ['manifest.json', 'full.onnx']) {
          const { [file]: _, ...rest } = bundle.files;
          await rejects(open({}, rest), new RegExp(file));
          await rejects(open({}, rest), BundleError);
        }
        await rejects(open({ expectedDigest: `sha256:${'0'.repeat(64)}` }), BundleError);
      },
    },
    {
      name: 'refuses a model that ONNX Runtime does not take, in one line, and loads another after it',
      async run() {
        for (const model of [new TextEncoder().encode('no model at all'), unknownOperatorModel(shape)]) {
          const loaded = open({}, bundleWith(bundle, { model }));
          await rejects(loaded, ProviderError);
          await rejects(loaded, /^loading the model: expected one of the providers [^\n]+$/);
        }
        await open();
      },
    },
    {
      name: 'refuses a model whose ends are not those of the manifest',
      async run() {
        await rejects(use(bundleWith(bundle, { input: { ...input, name: 'x' } })), /one input called x/);
        await rejects(use(bundleWith(bundle, { output: { ...output, name: 'y' } })), /an output called y/);
        await rejects(use(bundleWith(bundle, { labels: [...labels, 'dog'] })), BundleError);
        const wide = { ...input, width: input.width + 1 };
        const pixels = new Uint8Array(wide.height * wide.width * wide.channels);
        await rejects(use(bundleWith(bundle, { input: wide }), pixels), BundleError);
      },
    },
    {
      name: 'says when a model does not fit into memory, and works on',
      async run() {
        const huge = bundleWith(bundle, { model: hugeModel(shape), labels: pixelLabels(size) });
        await rejects(use(huge), MemoryError);
        equal(await use(bundle.files), bundle.expected(pixelsOf(size)));
      },
    },
    {
      name: 'tells how much of each file it has read',
      async run() {
        const seen: LoadProgress[] = [];
        await open({ onProgress: (progress) => seen.push(progress) });
        for (const file of ['manifest.json', 'full.onnx']) {
          const bytes = seen.filter((progress) => progress.file === file).map((progress) => progress.bytes);
          equal(
            bytes,
            bytes.toSorted((a, b) => a - b),
            `growing bytes of ${file}`,
          );
          const { length } = bundle.files[file]!;
          equal(bytes.at(-1), length, `bytes of ${file}`);
          const last = seen.filter((progress) => progress.bytes === length && progress.file === file);
          equal(last, [{ file, bytes: length, total: length }]);
        }
        equal(
          seen.filter(({ file }) => file === 'half.onnx'),
          [],
          'what is read of the other variant',
        );
      },
    },
    {
      name: 'gives up loading at the signal, with its reason, at any point',
      async run() {
        const reason = new Error('enough');
        const signal = AbortSignal.abort(reason);
        await rejects(open({ signal }), reason, 'a signal aborted before');
        for (const file of ['manifest.json', 'full.onnx']) {
          const controller = new AbortController();
          const onProgress = (progress: LoadProgress): void => {
            if (progress.file === file) controller.abort(reason);
          };
          await rejects(open({ signal: controller.signal, onProgress }), reason, `while it reads ${file}`);
        }
        // While the session is made, wherever that is: it is aborted in a later turn.
        const controller = new AbortController();
        const late = open({
          signal: controller.signal,
          onProgress: ({ file, bytes, total }) => {
            if (file === 'full.onnx' && bytes === total) setTimeout(() => controller.abort(reason));
          },
        });
        const ended = await late.then(
          (classifier) => classifier.predict(pixelsOf(size)),
          (error: unknown) => error,
        );
        truthy(ended === reason || ended instanceof Float32Array, 'a load that ended before, or the reason');
        await open();
      },
    },
  ];
};

const pixelLabels = (size: number): string[] => Array.from({ length: size }, (_, i) => `pixel ${i}`);
