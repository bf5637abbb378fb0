import { memorySource, packBundle } from '@trainyard/runtime-common';
import { reactNativeOrt } from '@trainyard/testing/react-native';
import { testRuntime } from '@trainyard/testing/runtime';
import { loadBundle } from './load-bundle.ts';

testRuntime({
  name: 'react-native over a stub, from a source',
  load: (files, options) => loadBundle(memorySource(files), { ...options, ort: reactNativeOrt() }),
});

// Views of one buffer: what the native half can't read as they are.
testRuntime({
  name: 'react-native over a stub, packed',
  load: async (files, options) => loadBundle(packBundle(files), { ...options, ort: reactNativeOrt() }),
});
