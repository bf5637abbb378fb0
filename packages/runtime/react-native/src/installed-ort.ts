import { messageOf, ProviderError } from '@trainyard/runtime-common';
import type { ReactNativeOrt } from './ort.ts';

/** Of `react-native`, what is looked at here. */
interface ReactNative {
  readonly NativeModules: Readonly<Record<string, unknown>>;
}

// Metro's. Not `import`: the module of ONNX Runtime throws while it is evaluated where its native half is missing,
// which Metro reports as fatal before anyone can catch it. So it is evaluated only after a look at the native half.
declare const require: (name: string) => unknown;

const remedy =
  'put @trainyard/runtime-react-native among the plugins of app.json, then build the app again (npx expo prebuild); Expo Go has no ONNX Runtime';

/**
 * The namespace of the app's `onnxruntime-react-native`.
 * @throws ProviderError where it is not installed, or the app was built without its native half
 */
export function installedOrt(): ReactNativeOrt {
  const where = 'onnxruntime-react-native';
  if (typeof require !== 'function')
    throw new ProviderError(where, 'an app bundled by Metro', 'another platform', 'hand in `ort`');
  try {
    const linked =
      'OrtApi' in globalThis || (require('react-native') as ReactNative).NativeModules.Onnxruntime;
    if (!linked) throw new ProviderError(where, 'its native half in the app', 'none', remedy);
    return require('onnxruntime-react-native') as ReactNativeOrt;
  } catch (cause) {
    if (cause instanceof ProviderError) throw cause;
    throw new ProviderError(where, 'that it loads', messageOf(cause), remedy, { cause });
  }
}
