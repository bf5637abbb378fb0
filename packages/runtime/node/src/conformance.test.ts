import { memorySource } from '@trainyard/runtime-common';
import { testRuntime } from '@trainyard/testing/runtime';
import { loadBundle } from './load-bundle.ts';

for (const [name, worker] of [
  ['node', false],
  ['node, worker thread', true],
  ['node, pool of two threads', 2],
] as const)
  testRuntime({ name, load: (files, options) => loadBundle(memorySource(files), { ...options, worker }) });
