// Bundles the app for Android and iOS as a release does: Metro, then Hermes' compiler. The packed bundle must be among
// the assets of both, to the byte.
import assert from 'node:assert/strict';
import { readdir, readFile, rm } from 'node:fs/promises';
import { app, expo } from './expo.mjs';

const hermesMagic = 'c61fbc03c103191f';
const out = `${app}.check/export`;
await rm(out, { recursive: true, force: true });
expo(['export', '--platform', 'android', '--platform', 'ios', '--output-dir', out]);

const { fileMetadata } = JSON.parse(await readFile(`${out}/metadata.json`, 'utf8'));
const packed = await readFile(`${app}assets/digits.tybundle`);
for (const platform of ['android', 'ios']) {
  const { assets } = fileMetadata[platform];
  const asset = assets.find(({ ext }) => ext === 'tybundle');
  assert.ok(asset, `${platform}: no .tybundle among ${assets.map(({ ext }) => ext).join(', ')}`);
  assert.ok(packed.equals(await readFile(`${out}/${asset.path}`)), `${platform}: the asset is another file`);
  const folder = `${out}/_expo/static/js/${platform}`;
  const [name, ...more] = await readdir(folder);
  assert.deepEqual(more, [], `${platform}: one bundle`);
  const code = await readFile(`${folder}/${name}`);
  assert.equal(code.subarray(0, 8).toString('hex'), hermesMagic, `${platform}: bytecode of Hermes`);
  console.log(`${platform}: ${code.length} bytes of bytecode, ${assets.length} assets`);
}
