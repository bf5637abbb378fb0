import { loadBundle } from '@trainyard/runtime-node';
import { nodePackage } from '../size/bundled-package.ts';
import { nativeOrtParts } from '../size/ort-parts.ts';
import type { Target } from '../target.ts';
import { runOnNode } from './on-node.ts';

/** What all others are compared with. */
export const nodeNative: Target = {
  name: 'node-native',
  title: 'Node, native',
  description: "ONNX Runtime's CPU provider in Node, by `@trainyard/runtime-node`",
  timed: true,
  missing: () => undefined,
  shipped: async () => [await nodePackage(), ...(await nativeOrtParts())],
  open: ({ signal }, use) =>
    use((subject) =>
      runOnNode(subject, signal, (folder, variant) =>
        loadBundle(folder, { variant, executionProviders: ['cpu'] }),
      ),
    ),
};
