// Makes the app's assets: the digits' bundle as one file, and a test picture of each digit.
// Run by `npm run assets`, through tsx, since it imports the sources of this repository.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { loadDigits } from '@trainyard/datasets';
import { packBundle } from '@trainyard/runtime-common';
import { tinyBundle } from '@trainyard/testing/runtime-cases';
import sharp from 'sharp';

const pathOf = (place) => fileURLToPath(new URL(place, import.meta.url));
const released = pathOf('../../../pipelines/digits/dist/bundle');
const target = pathOf('../assets/digits.tybundle');

await mkdir(pathOf('../assets/digits'), { recursive: true });

if (existsSync(`${released}/manifest.json`)) {
  const pack = pathOf('../../../packages/runtime/react-native/pack.js');
  const flags = ['--import', 'tsx', '--conditions=@trainyard/source'];
  execFileSync(process.execPath, [...flags, pack, released, target, '--prefer', 'size'], {
    stdio: 'inherit',
  });
} else {
  const labels = Array.from({ length: 10 }, (_, digit) => `${digit}`);
  await writeFile(target, packBundle(tinyBundle({ height: 8, width: 8, channels: 1, labels }).files));
  console.log(
    'No released digits: the asset is a model that guesses. `npm start` in the root releases them.',
  );
}

const { test } = await loadDigits();
const bytes = 8 * 8;
for (let digit = 0; digit < 10; digit++) {
  const at = test.labels.indexOf(digit) * bytes;
  const picture = sharp(test.images.slice(at, at + bytes), { raw: { width: 8, height: 8, channels: 1 } });
  await picture
    .toColourspace('b-w')
    .png()
    .toFile(pathOf(`../assets/digits/${digit}.png`));
}
