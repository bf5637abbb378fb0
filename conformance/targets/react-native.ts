import { folderSource } from '@trainyard/runtime-node';
import { loadBundle } from '@trainyard/runtime-react-native';
import { reactNativeOrt } from '@trainyard/testing/react-native';
import { bundledPackage } from '../size/bundled-package.ts';
import type { Target } from '../target.ts';
import { plain } from './node-native.ts';
import { runOnNode } from './on-node.ts';

export const reactNative: Target = {
  name: 'react-native',
  title: 'React Native, stub',
  description:
    'the JavaScript of `@trainyard/runtime-react-native` over a stub of onnxruntime-react-native that delegates to Node: not a phone',
  timed: false,
  missing: () => undefined,
  shipped: async () => [plain(await bundledPackage('@trainyard/runtime-react-native'))],
  open: ({ signal }, use) =>
    use((subject) =>
      runOnNode(subject, signal, async (folder, variant) =>
        loadBundle(await folderSource(folder), { variant, ort: reactNativeOrt() }),
      ),
    ),
};
