import { loadBundle } from '@trainyard/runtime-node';
import type { Target } from '../target.ts';
import { runOnNode } from './on-node.ts';

/** What all others are compared with. */
export const nodeNative: Target = {
  name: 'node-native',
  title: 'Node, native',
  description: "ONNX Runtime's CPU provider in Node, by `@trainyard/runtime-node`",
  timed: true,
  missing: () => undefined,
  open: ({ signal }, use) =>
    use((subject) =>
      runOnNode(subject, signal, (folder, variant) =>
        loadBundle(folder, { variant, executionProviders: ['cpu'] }),
      ),
    ),
};
