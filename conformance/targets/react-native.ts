import { folderSource } from '@trainyard/runtime-node';
import { loadBundle } from '@trainyard/runtime-react-native';
import { reactNativeOrt } from '@trainyard/testing/react-native';
import { bundledPackage, uncompressed } from '../size/bundled-package.ts';
import type { Target } from '../target.ts';
import { runOnNode } from './on-node.ts';

export const reactNative: Target = {
  name: 'react-native',
  title: 'React Native, stub',
  description:
    'the JavaScript of `@trainyard/runtime-react-native` over a stub of onnxruntime-react-native that delegates to Node: not a phone; what is shipped is without the native library, which comes with the app',
  timed: false,
  missing: () => undefined,
  shipped: async () => [uncompressed(await bundledPackage('@trainyard/runtime-react-native'))],
  open: ({ signal }, use) =>
    use((subject) =>
      runOnNode(subject, signal, async (folder, variant) =>
        loadBundle(await folderSource(folder), { variant, ort: reactNativeOrt() }),
      ),
    ),
};
