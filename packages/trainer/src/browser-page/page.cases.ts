import { compile, conv, convTranspose, Generator, type OrtNamespace, type Tensor } from '@trainyard/autograd';
import { comparedNetworks, lossesOf } from '@trainyard/testing/training';
import { compiled } from '@trainyard/trainer';

export interface PageRun {
  /** One of `comparedNetworks`. */
  readonly network: string;
  readonly batchSize: number;
  readonly provider: 'wasm' | 'webgpu';
  readonly threads: number;
  readonly steps: number;
}

export type PageLosses = (run: PageRun) => ReturnType<typeof lossesOf>;

/** The build of ONNX Runtime that a page for this provider would take. */
async function load(provider: PageRun['provider'], threads: number): Promise<OrtNamespace> {
  const ort = await (provider === 'wasm' ? import('onnxruntime-web/wasm') : import('onnxruntime-web/webgpu'));
  ort.env.wasm.wasmPaths = '/ort/';
  ort.env.wasm.numThreads = threads;
  ort.env.logLevel = 'verbose';
  return ort as unknown as OrtNamespace;
}

/** Trains as `lossesOf` does anywhere. */
const losses: PageLosses = async ({ network, batchSize, provider, threads, steps }) => {
  const compared = comparedNetworks.find(({ name }) => name === network);
  if (!compared) throw new Error(`no network ${network}`);
  const ort = await load(provider, threads);
  // The log says which provider runs which node.
  const session = { executionProviders: [provider], logSeverityLevel: 0, logVerbosityLevel: 1 };
  return lossesOf({ ...compared, batchSize }, compiled({ ort, session }), steps);
};

/** The largest difference of each convolution on WebGPU to the eager one, relative to its largest element. */
export type PageConvolutions = () => Promise<Record<string, number>>;

type Shapes = readonly [x: readonly number[], w: readonly number[], group: number];

/** Counts of channels that WebGPU computes right as they stand, and those that the portable target writes in others. */
const convShapes: readonly Shapes[] = [
  [[2, 6, 5, 5], [4, 6, 3, 3], 1],
  [[2, 9, 5, 5], [16, 9, 3, 3], 1],
  [[2, 6, 5, 5], [5, 6, 3, 3], 1],
  [[2, 4, 5, 5], [12, 2, 3, 3], 2],
  [[2, 4, 5, 5], [10, 2, 3, 3], 2],
  [[2, 8, 5, 5], [8, 1, 3, 3], 8],
];
const transposedShapes: readonly Shapes[] = [
  [[2, 4, 5, 5], [4, 1, 3, 3], 2],
  [[2, 6, 5, 5], [6, 4, 3, 3], 1],
  [[2, 8, 5, 5], [8, 1, 3, 3], 8],
];

const convolutions: PageConvolutions = async () => {
  const ort = await load('webgpu', 1);
  const differenceOf = async (op: typeof conv, [x, w, group]: Shapes): Promise<number> => {
    const fn = (inputs: { x: Tensor; w: Tensor }) => ({
      y: op(inputs.x, inputs.w, undefined, { group, pads: [1, 1, 1, 1] }),
    });
    const inputs = { x: new Generator(1).normal(x), w: new Generator(2).normal(w) };
    const run = compile(fn, { ort, session: { executionProviders: ['webgpu'] } });
    const [actual, expected] = [(await run(inputs)).y.toArray(), fn(inputs).y.toArray()];
    await run.dispose();
    if (run.fallback()) throw new Error(run.fallback());
    const largest = Math.max(...expected.map(Math.abs));
    return Math.max(...expected.map((v, i) => Math.abs(v - actual[i]))) / largest;
  };
  const differences: Record<string, number> = {};
  for (const shapes of convShapes)
    differences[`conv ${JSON.stringify(shapes)}`] = await differenceOf(conv, shapes);
  for (const shapes of transposedShapes)
    differences[`convTranspose ${JSON.stringify(shapes)}`] = await differenceOf(convTranspose, shapes);
  return differences;
};

Object.assign(globalThis, { losses, convolutions });
