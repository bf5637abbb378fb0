import Module from 'node:module';
import { ProviderError, packBundle } from '@trainyard/runtime-common';
import { reactNativeOrt } from '@trainyard/testing/react-native';
import { tinyBundle } from '@trainyard/testing/runtime';
import { afterEach, expect, test, vi } from 'vitest';
import { installedOrt } from './installed-ort.ts';
import { loadBundle } from './load-bundle.ts';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** What `require` loads in an app with these native modules: Node's, which the test runner gives to each module. */
function stubApp(NativeModules: object, ort: () => unknown): string[] {
  const required: string[] = [];
  const loader = Module as unknown as { _load(name: string, ...rest: unknown[]): unknown };
  const load = loader._load;
  vi.spyOn(loader, '_load').mockImplementation((name, ...rest) => {
    if (name !== 'react-native' && name !== 'onnxruntime-react-native')
      return load.call(loader, name, ...rest);
    required.push(name);
    return name === 'react-native' ? { NativeModules } : ort();
  });
  return required;
}

test('is the namespace that the app has, and what loadBundle takes', async () => {
  const ort = reactNativeOrt();
  stubApp({ Onnxruntime: {} }, () => ort);
  expect(installedOrt()).toBe(ort);
  const classifier = await loadBundle(packBundle(tinyBundle().files));
  expect(classifier.provider).toBe('cpu');
});

test('is there where the native half was installed before', () => {
  vi.stubGlobal('OrtApi', {});
  const required = stubApp({}, reactNativeOrt);
  installedOrt();
  expect(required).toEqual(['onnxruntime-react-native']);
});

test('without its native half is a ProviderError, and its module is not evaluated', async () => {
  const required = stubApp({}, () => {
    throw new TypeError("Cannot read property 'install' of null");
  });
  const message =
    /^onnxruntime-react-native: expected its native half in the app, got none; put @trainyard\/runtime-react-native among the plugins/;
  expect(installedOrt).toThrow(message);
  await expect(loadBundle(new Uint8Array(9))).rejects.toThrow(message);
  expect(required).not.toContain('onnxruntime-react-native');
});

test('that fails while it loads is a ProviderError with its cause', () => {
  const cause = new Error('dlopen failed');
  stubApp({ Onnxruntime: {} }, () => {
    throw cause;
  });
  expect(installedOrt).toThrow(ProviderError);
  expect(installedOrt).toThrow(/dlopen failed/);
  expect(installedOrt).toThrow(expect.objectContaining({ cause }));
});

test('that is not installed is a ProviderError', () => {
  expect(installedOrt).toThrow(/^onnxruntime-react-native: expected that it loads, got Cannot find module/);
});
