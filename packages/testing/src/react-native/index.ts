export { type NativeHalf, type NativeHalfOptions, type NativeSession, nativeHalf } from './native-half.ts';
export { type ReactNativeOrtStub, reactNativeOrt } from './react-native-ort.ts';
