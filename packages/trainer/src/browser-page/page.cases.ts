import type { OrtNamespace } from '@trainyard/autograd';
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

const builds = {
  wasm: () => import('onnxruntime-web/wasm'),
  webgpu: () => import('onnxruntime-web/webgpu'),
};

/** Trains as `lossesOf` does anywhere, with the build of ONNX Runtime that a page for this provider would take. */
const losses: PageLosses = async ({ network, batchSize, provider, threads, steps }) => {
  const compared = comparedNetworks.find(({ name }) => name === network);
  if (!compared) throw new Error(`no network ${network}`);
  const ort = await builds[provider]();
  ort.env.wasm.wasmPaths = '/ort/';
  ort.env.wasm.numThreads = threads;
  ort.env.logLevel = 'verbose';
  // The log says which provider runs which node.
  const session = { executionProviders: [provider], logSeverityLevel: 0, logVerbosityLevel: 1 };
  const executor = compiled({ ort: ort as unknown as OrtNamespace, session });
  return lossesOf({ ...compared, batchSize }, executor, steps);
};

Object.assign(globalThis, { losses });
