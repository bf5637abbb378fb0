export { javaScriptHalf, type ReactNativeOrtStub } from './javascript-half.ts';
export { type NativeHalfOptions, nativeHalf } from './native-half.ts';
export type { NativeHalf, NativeSession } from './native-types.ts';
export { reactNativeOrt } from './react-native-ort.ts';
