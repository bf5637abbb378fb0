import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packBundle } from '@trainyard/runtime-common';
import { examplesOf, runExample } from '@trainyard/testing/readme';
import { tinyBundle } from '@trainyard/testing/runtime';
import sharp from 'sharp';
import { expect, test } from 'vitest';

/** What an app has beside the example: its modules, over the stub, and Metro's `require`. */
async function prepare(folder: string): Promise<void> {
  const bundle = join(folder, 'digits.tybundle');
  const photo = join(folder, 'photo.png');
  await writeFile(bundle, packBundle(tinyBundle().files));
  await sharp({ create: { width: 9, height: 7, channels: 3, background: 'teal' } }).toFile(photo);
  const modules: Record<string, string> = {
    'expo-asset': `
      import { reactNativeOrt } from '@trainyard/testing/react-native';
      const modules = {
        'react-native': { NativeModules: { Onnxruntime: {} } },
        'onnxruntime-react-native': reactNativeOrt(),
        './assets/digits.tybundle': 7,
      };
      globalThis.require = (name) => modules[name];
      export const Asset = {
        fromModule: (asset) => ({
          uri: 'assets_digits',
          localUri: null,
          async downloadAsync() {
            if (asset === 7) this.localUri = 'file:///cache/digits.tybundle';
          },
        }),
      };`,
    'expo-file-system': `
      import { readFile } from 'node:fs/promises';
      const files = {
        'file:///cache/digits.tybundle': ${JSON.stringify(bundle)},
        'file:///cache/photo.png': ${JSON.stringify(photo)},
      };
      export class File {
        constructor(uri) { this.uri = uri; }
        bytes() { return readFile(files[this.uri]); }
      }`,
  };
  for (const [name, code] of Object.entries(modules)) {
    const home = join(folder, 'node_modules', name);
    await mkdir(home, { recursive: true });
    await writeFile(join(home, 'package.json'), '{ "type": "module", "exports": "./index.js" }');
    await writeFile(join(home, 'index.js'), code);
  }
}

test('the example of the README runs', async () => {
  const [code] = await examplesOf('packages/runtime/react-native/README.md');
  const { printed } = await runExample(code!, prepare);
  expect(printed).toEqual([
    expect.stringMatching(/^tiny: variant full, smallest/),
    expect.stringMatching(/^(ape|bee|cat) xnnpack$/),
    '2',
  ]);
});
