// Runs what Metro makes of our package and of the real onnxruntime-react-native, over a native half that delegates to
// onnxruntime-node, where there is only what Hermes has. The same bundle on Node must give the same answers.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { packedSource } from '@trainyard/runtime-common';
import { loadBundle } from '@trainyard/runtime-node';
import { nativeHalf } from '@trainyard/testing/react-native';
import { makePhone } from '../../../packages/runtime/react-native/src/hermes/phone.cases.ts';

const app = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);

/** One script of the entry, as in a release build but not minified. */
async function bundled() {
  const Metro = require('metro');
  const config = await Metro.loadConfig({ cwd: app, config: `${app}metro.config.js` });
  // What an app does first sets up the whole of React Native, for which there is nothing here.
  const serializer = { ...config.serializer, getModulesRunBeforeMainModule: () => [] };
  const { code } = await Metro.runBuild(
    { ...config, serializer, reporter: { update() {} } },
    {
      entry: `${app}check/entry.ts`,
      platform: 'android',
      dev: false,
      minify: false,
      out: `${app}.check/smoke.js`,
    },
  );
  return code;
}

const packed = await readFile(`${app}assets/digits.tybundle`);
const picture = await readFile(`${app}assets/digits/3.png`);
const code = await bundled();
const phone = makePhone();
const realm = phone.run('globalThis');
const arrived = [];
realm.nativeModuleProxy = {
  Onnxruntime: {
    install() {
      realm.OrtApi = nativeHalf({
        realm,
        refusing: { nnapi: 'no NPU' },
        onLoad: (options) => arrived.push(options),
      });
      return true;
    },
  },
};
phone.run(code);
const dataUri = `data:application/octet-stream;base64,${packed.toString('base64')}`;
const result = JSON.parse(await realm.smoke(dataUri, picture.toString('base64')));

const onNode = await loadBundle(packedSource(new Uint8Array(packed)), { prefer: 'size' });
const [best] = await onNode.classify(new Uint8Array(picture), { top: 1 });
const logits = await onNode.predict(new Uint8Array(100 * 64).map((_, i) => (i * 7) % 256));
assert.deepEqual(result, {
  name: onNode.manifest.name,
  variant: onNode.variant.name,
  provider: 'cpu',
  passedOver: result.passedOver,
  best: JSON.parse(JSON.stringify(best)),
  logits: [...logits],
});
assert.deepEqual(
  result.passedOver.map(({ provider }) => provider),
  ['coreml', 'nnapi'],
);
assert.deepEqual(
  arrived.map(({ executionProviders }) => executionProviders[0]),
  ['nnapi', 'cpu'],
);
await onNode.dispose();
console.log(`smoke: ${result.name}, ${result.variant}: a ${best.label}; ${logits.length} logits as on Node`);
