import { loadBundle } from '@trainyard/runtime-node';
import { nodePackage } from '../size/bundled-package.ts';
import { wasmOrtParts } from '../size/ort-parts.ts';
import type { Target } from '../target.ts';
import { runOnNode } from './on-node.ts';

export const nodeWasm: Target = {
  name: 'node-wasm',
  title: 'Node, WASM',
  description: 'onnxruntime-web in Node, where there is no native binary: macOS on Intel, riscv64',
  timed: true,
  missing: () => undefined,
  shipped: async () => [await nodePackage(), ...(await wasmOrtParts())],
  open: ({ signal }, use) =>
    use((subject) =>
      runOnNode(subject, signal, (folder, variant) =>
        loadBundle(folder, { variant, executionProviders: ['wasm'] }),
      ),
    ),
};
