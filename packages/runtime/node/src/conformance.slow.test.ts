import { memorySource } from '@trainyard/runtime-common';
import { testRuntime } from '@trainyard/testing/runtime';
import { loadBundle, type NodeOptions } from './load-bundle.ts';

const runtimes: Record<string, NodeOptions> = {
  'node, pool of two threads': { worker: 2 },
  'node, WASM in a worker thread': { worker: true, executionProviders: ['wasm'] },
  'node, WASM in a pool of two threads, each with two of its own': {
    worker: 2,
    executionProviders: ['wasm'],
    threads: { intraOp: 2 },
  },
};

for (const [name, own] of Object.entries(runtimes))
  testRuntime({ name, load: (files, options) => loadBundle(memorySource(files), { ...options, ...own }) });
