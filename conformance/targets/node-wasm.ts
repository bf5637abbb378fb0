import { loadBundle } from '@trainyard/runtime-node';
import type { Target } from '../target.ts';
import { runOnNode } from './on-node.ts';

export const nodeWasm: Target = {
  name: 'node-wasm',
  title: 'Node, WASM',
  description: 'onnxruntime-web in Node, where there is no native binary: macOS on Intel, riscv64',
  timed: true,
  missing: () => undefined,
  open: ({ signal }, use) =>
    use((subject) =>
      runOnNode(subject, signal, (folder, variant) =>
        loadBundle(folder, { variant, executionProviders: ['wasm'] }),
      ),
    ),
};
