import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { ArtifactError, InputError } from '../../errors.ts';
import { testArtifacts } from '../../testing/artifacts.cases.ts';
import {
  type ArtifactsBucket,
  artifactsBucket,
  clientOf,
  keyOf,
} from '../../testing/artifacts-bucket.cases.ts';
import { accessKeyId, type S3Fault, secretAccessKey } from '../../testing/s3-server.cases.ts';
import { digestFor } from '../../testing/store-under-test.cases.ts';
import type { ArtifactStore } from '../artifact-store.ts';
import { artifactsFrom } from '../artifacts-from.ts';
import { s3Artifacts } from './index.ts';

describe('artifacts in a bucket', () => testArtifacts(() => artifactsBucket(), 1000));

let bucket: ArtifactsBucket;
let store: ArtifactStore;
beforeEach(async () => {
  bucket = await artifactsBucket();
  store = bucket.open();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await bucket.close();
});

/** Enough that a connection can be cut in the middle. */
const textOf = (name: string) => name.repeat(100_000);
const bytesOf = (name: string) => new TextEncoder().encode(textOf(name));
/** Byte by byte, `toEqual` takes a second. */
const expectStored = async (name: string) =>
  expect(Buffer.compare(await store.get(digestOf(name)), bytesOf(name))).toBe(0);
const digestOf = (name: string) => digestFor(textOf(name));
const spools = async () => (await readdir(tmpdir())).filter((name) => name.startsWith('trainyard-artifact-'));

test('what is there already is not sent again, and what is damaged there is', async () => {
  const { digest } = await store.put(bytesOf('one'));
  bucket.server.requests.length = 0;
  await store.put(bytesOf('one'));
  expect(bucket.server.requests).toEqual([`CopyObject ${keyOf(digest)}`]);
  await bucket.change(digest, (bytes) => bytes.subarray(1));
  await store.put(bytesOf('one'));
  await expectStored('one');
});

test('all of more artifacts than fit on a page are listed, and nothing else of the bucket', async () => {
  const artifacts = await Promise.all(
    Array.from({ length: 10 }, (_, i) => store.put(new Uint8Array(i + 1).fill(i))),
  );
  for (const key of ['some/prefix/sha256/aa/short', 'some/prefix/other', 'sha256/aa/b', 'x'])
    bucket.server.objects.set(key, { bytes: Buffer.alloc(1), modified: new Date() });
  const listed = [];
  for await (const { digest, bytes } of store.list()) listed.push({ digest, bytes });
  const byBytes = (a: { bytes: number }, b: { bytes: number }) => a.bytes - b.bytes;
  expect(listed.sort(byBytes)).toEqual(artifacts.sort(byBytes));
  expect(bucket.server.requests.filter((r) => r.startsWith('List'))).toHaveLength(4);
});

test('20 MB go through a temporary file, which leaves nothing', async () => {
  // Others have theirs in the folder that everybody has.
  const own = await mkdtemp(join(tmpdir(), 'spools-'));
  vi.stubEnv('TMPDIR', own);
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    await rm(own, { recursive: true, force: true });
  });
  const pieces = async function* () {
    for (let i = 0; i < 20; i++) {
      yield new Uint8Array(1_000_000).fill(i);
      if (process.platform !== 'win32') expect(await spools()).toEqual([]);
    }
  };
  // On a busy machine, so many bytes take longer than this client waits by default.
  const client = clientOf(bucket.endpoint, undefined, 60_000);
  const patient = s3Artifacts({ bucket: 'bucket', prefix: 'some/prefix', client });
  const { digest, bytes } = await patient.put(pieces());
  expect(bytes).toBe(20_000_000);
  let read = 0;
  for await (const piece of patient.read(digest)) read += piece.length;
  expect(read).toBe(bytes);
  expect(await spools()).toEqual([]);
});

const faults: readonly S3Fault[] = ['busy', 'broken', 'cut', 'cut in the middle', 'cut after', 'silent'];

describe.each(faults)('a service that is %s', (fault) => {
  const contents = ['new', 'one', 'damaged'];
  beforeEach(async () => {
    for (const name of ['one', 'two', 'damaged']) await store.put(bytesOf(name));
    await bucket.change(digestOf('damaged'), (bytes) => bytes.subarray(0, 1000));
    bucket.server.requests.length = 0;
  });
  const expectOthersThere = async () => {
    bucket.server.fault = () => undefined;
    for (const name of ['one', 'two']) await expectStored(name);
    expect(await bucket.leftovers()).toEqual([]);
  };

  test.each(contents)('once, at any request, keeps nobody from putting %s', async (content) => {
    for (let at = 0; ; at++) {
      await store.remove(digestOf('new'));
      bucket.server.requests.length = 0;
      bucket.server.fault = (_, index) => (index === at ? fault : undefined);
      await store.put(bytesOf(content));
      const reached = bucket.server.requests.length > at;
      await expectOthersThere();
      await expectStored(content);
      if (!reached) break;
    }
  });

  test.each(contents)('from any request on leaves the old state or the new of %s', async (content) => {
    for (let at = 0; ; at++) {
      bucket.server.requests.length = 0;
      bucket.server.fault = (_, index) => (index >= at ? fault : undefined);
      const put = await store.put(bytesOf(content)).catch((error: unknown) => error);
      const reached = bucket.server.requests.length > at;
      await expectOthersThere();
      const there = await store.get(digestOf(content)).catch((error: unknown) => error);
      if (put instanceof Error) expect(put).toBeInstanceOf(ArtifactError);
      if (put instanceof Error && there instanceof Error) expect(there).toBeInstanceOf(ArtifactError);
      else await expectStored(content);
      if (!reached) break;
    }
  });

  test('is waited for, or named, where something is read, asked for, listed or removed', async () => {
    const calls: (() => Promise<unknown>)[] = [
      () => store.get(digestOf('one')),
      () => store.has(digestOf('one')),
      () => store.list()[Symbol.asyncIterator]().next(),
      () => store.remove(digestOf('new')),
    ];
    for (const call of calls) {
      bucket.server.requests.length = 0;
      bucket.server.fault = (_, index) => (index === 0 ? fault : undefined);
      await call();
      bucket.server.fault = () => fault;
      const failed = await call().catch((error: unknown) => error);
      // Half of an answer without content is all of it.
      if (fault === 'cut in the middle' && !(failed instanceof Error)) continue;
      expect(failed).toBeInstanceOf(ArtifactError);
      expect((failed as Error).message).toMatch(
        /^s3:\/\/bucket\/some\/prefix: expected (a|the) service .*; /,
      );
    }
    await expectOthersThere();
  });
});

test('a download that is cut off goes on where it was, and ends where the object is another one', async () => {
  await store.put(bytesOf('one'));
  bucket.server.requests.length = 0;
  bucket.server.fault = (_, index) => (index < 3 ? 'cut in the middle' : undefined);
  await expectStored('one');
  expect(bucket.server.requests).toHaveLength(4);

  for (const change of [() => bytesOf('two'), () => new Uint8Array(10)]) {
    bucket.server.requests.length = 0;
    bucket.server.fault = (_, index) => {
      if (index > 0) void bucket.change(digestOf('one'), change);
      return index === 0 ? 'cut in the middle' : undefined;
    };
    await expect(store.get(digestOf('one'))).rejects.toThrow('others: the file was changed or cut off');
    bucket.server.fault = () => undefined;
    await store.put(bytesOf('one'));
  }
});

test('a reader who stops early holds no connection', async () => {
  await store.put(bytesOf('one'));
  for (let i = 0; i < 60; i++) for await (const _ of store.read(digestOf('one'))) break;
  await expectStored('one');
});

describe('errors say what to do, and show no secret', () => {
  const failureOf = async (artifacts: ArtifactStore, call: 'put' | 'get' | 'has' = 'put') => {
    const work = call === 'put' ? artifacts.put(bytesOf('x')) : artifacts[call](digestOf('x'));
    const error = await work.then(
      () => undefined,
      (failure: Error) => failure,
    );
    expect(error).toBeInstanceOf(ArtifactError);
    const shown = inspect(error, { depth: 10 });
    for (const secret of [secretAccessKey, 'wrong-secret', accessKeyId]) expect(shown).not.toContain(secret);
    return error?.message;
  };

  test('no such bucket', async () => {
    const client = clientOf(bucket.endpoint);
    const absent = s3Artifacts({ bucket: 'absent', client });
    expect(await failureOf(absent)).toBe(
      's3://absent: expected a bucket of that name, got none; make it, or correct the name',
    );
    expect(await failureOf(absent, 'get')).toMatch('a bucket of that name');
    client.destroy();
  });

  test('no access', async () => {
    const client = clientOf(bucket.endpoint, 'wrong-secret');
    const refused = s3Artifacts({ bucket: 'bucket', client });
    expect(await failureOf(refused)).toMatch(
      /^s3:\/\/bucket: expected access, got SignatureDoesNotMatch \(403\); check AWS_ACCESS_KEY_ID, .* allow s3:ListBucket/,
    );
    expect(await failureOf(refused, 'has')).toMatch('expected access, got');
    client.destroy();
  });

  test('no service', async () => {
    const client = clientOf('http://127.0.0.1:1');
    expect(await failureOf(s3Artifacts({ bucket: 'bucket', client }))).toBe(
      's3://bucket: expected a service that answers, got ECONNREFUSED after 3 attempts; check AWS_ENDPOINT_URL_S3 and the network',
    );
    client.destroy();
  });

  test('no credentials', async () => {
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE']) vi.stubEnv(name, '');
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    for (const name of ['AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE']) vi.stubEnv(name, '/dev/null');
    vi.stubEnv('AWS_ENDPOINT_URL_S3', bucket.endpoint);
    expect(await failureOf(s3Artifacts({ bucket: 'bucket' }))).toMatch(
      'expected access, got CredentialsProviderError; check AWS_ACCESS_KEY_ID',
    );
  });
});

describe('what the SDK reads from its variables', () => {
  beforeEach(() => {
    vi.stubEnv('AWS_ENDPOINT_URL_S3', bucket.endpoint);
    vi.stubEnv('AWS_ACCESS_KEY_ID', accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', secretAccessKey);
  });

  test('is enough for a place that is named', async () => {
    const named = await artifactsFrom('s3://bucket/some/prefix/');
    const { digest } = await named.put(bytesOf('named'));
    expect(named.name).toBe('s3://bucket/some/prefix');
    expect(Buffer.compare(await store.get(digest), bytesOf('named'))).toBe(0);
    expect(named.place).toBe((await artifactsFrom('s3://bucket/some/prefix')).place);
    const others = [await artifactsFrom('s3://bucket/other'), store, s3Artifacts({ bucket: 'bucket' })];
    for (const other of others) expect(other.place).not.toBe(named.place);
  });
});

test('places that are none are refused', () => {
  for (const name of ['', 'Upper', '../x', 'a', '1.2.3.4', 'a..b', 'x/y', 'a\0b'])
    expect(() => s3Artifacts({ bucket: name })).toThrow(InputError);
  for (const prefix of ['/a', 'a/', '../a', 'a/../b', 'a//b', '%2e%2e/a', 'a\0', 'a b'])
    expect(() => s3Artifacts({ bucket: 'bucket', prefix })).toThrow(InputError);
  expect(() => s3Artifacts({ bucket: 'bucket', maxBytes: 6 * 2 ** 30 })).toThrow('maxBytes of at most');
});
