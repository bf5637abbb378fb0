import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);

/** Resolves no package of Amazon's. */
const hooks = `export async function resolve(name, context, next) {
  if (!name.startsWith('@aws-sdk/')) return next(name, context);
  throw Object.assign(new Error('Cannot find package ' + name), { code: 'ERR_MODULE_NOT_FOUND' });
}`;

const script = (folder: string) => `
  import { register } from 'node:module';
  register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hooks)}`)});
  const { artifactsFrom } = await import(${JSON.stringify(new URL('../artifacts-from.ts', import.meta.url).href)});
  const store = await artifactsFrom(${JSON.stringify(folder)});
  const { bytes } = await store.put(new Uint8Array(3));
  const error = await artifactsFrom('s3://bucket').catch((failure) => failure);
  console.log(JSON.stringify([bytes, error.name, error.message]));`;

test('where the client of S3 is not installed, a folder works, and a bucket says what to install', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'artifacts-'));
  try {
    const flags = ['--import', 'tsx', '--conditions=@trainyard/source', '--input-type=module', '-e'];
    const { stdout } = await run(process.execPath, [...flags, script(folder)]);
    expect(JSON.parse(stdout)).toEqual([
      3,
      'ArtifactError',
      'artifacts in S3: expected @aws-sdk/client-s3, got no such package; npm install @aws-sdk/client-s3',
    ]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
