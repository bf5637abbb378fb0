import { loadBundle } from '@trainyard/runtime-node';
import { bundledPackage } from '../size/bundled-package.ts';
import { nativeOrtParts } from '../size/folder-parts.ts';
import type { Part, Target } from '../target.ts';
import { runOnNode } from './on-node.ts';

/** It does not go over the web. */
export const plain = ({ name, bytes }: Part): Part => ({ name, bytes });

/** What all others are compared with. */
export const nodeNative: Target = {
  name: 'node-native',
  title: 'Node, native',
  description: "ONNX Runtime's CPU provider in Node, by `@trainyard/runtime-node`",
  timed: true,
  missing: () => undefined,
  shipped: async () => [
    plain(await bundledPackage('@trainyard/runtime-node', 'node')),
    ...(await nativeOrtParts()),
  ],
  open: ({ signal }, use) =>
    use((subject) =>
      runOnNode(subject, signal, (folder, variant) =>
        loadBundle(folder, { variant, executionProviders: ['cpu'] }),
      ),
    ),
};
