import { memorySource } from '@trainyard/runtime-common';
import { testRuntime } from '@trainyard/testing/runtime';
import { loadBundle, type NodeOptions } from './load-bundle.ts';

// A pool of threads, and threads that run WASM, take longer: conformance.slow.test.ts.
const runtimes: Record<string, NodeOptions> = {
  node: {},
  'node, worker thread': { worker: true },
  'node, WASM': { executionProviders: ['wasm'] },
};

for (const [name, own] of Object.entries(runtimes))
  testRuntime({ name, load: (files, options) => loadBundle(memorySource(files), { ...options, ...own }) });
