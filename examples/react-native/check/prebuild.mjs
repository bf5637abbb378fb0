// Makes the native projects, twice, and looks for ONNX Runtime in them: registered once, and the same after again.
import assert from 'node:assert/strict';
import { cp, mkdir, readFile, rm } from 'node:fs/promises';
import { app, expo } from './expo.mjs';

// A copy of the app in a folder below it, where its node_modules are found.
const copy = `${app}.check/prebuild`;
await rm(copy, { recursive: true, force: true });
await mkdir(copy, { recursive: true });
for (const name of ['app.json', 'index.ts', 'package.json', 'src', 'tsconfig.json'])
  await cp(`${app}${name}`, `${copy}/${name}`, { recursive: true });

const files = [
  'android/app/src/main/java/dev/trainyard/digits/MainApplication.kt',
  'android/app/build.gradle',
  'android/settings.gradle',
  'ios/Podfile',
];
const read = () => Promise.all(files.map((name) => readFile(`${copy}/${name}`, 'utf8')));
const count = (text, part) => text.split(part).length - 1;

expo(['prebuild', '--no-install'], copy);
const first = await read();
const [application, build] = first;
assert.equal(count(application, 'add(ai.onnxruntime.reactnative.OnnxruntimePackage())'), 1, application);
assert.match(
  application,
  /PackageList\(this\)\.packages\.apply \{\s+\/\/ begin @trainyard[^\n]*\n\s+add\(ai\.onnx/,
);
assert.equal(count(build, 'implementation(project(":onnxruntime-react-native"))'), 1, build);

expo(['prebuild', '--no-install'], copy);
assert.deepEqual(await read(), first);
console.log('prebuild: ONNX Runtime is registered once, also after a second time');
