import { javaScriptHalf, type ReactNativeOrtStub } from './javascript-half.ts';
import { type NativeHalfOptions, nativeHalf } from './native-half.ts';

/**
 * `onnxruntime-react-native` where there is no React Native: its JavaScript half as 1.24.3 has it, over `nativeHalf`,
 * which delegates to onnxruntime-node.
 */
export const reactNativeOrt = (options?: NativeHalfOptions): ReactNativeOrtStub =>
  javaScriptHalf(nativeHalf(options));
