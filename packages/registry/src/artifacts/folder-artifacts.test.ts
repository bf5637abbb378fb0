import {
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { faults, faultyFiles, unsyncedFiles } from '@trainyard/testing/faulty-files';
import { PowerCutDisk } from '@trainyard/testing/power-cut-disk';
import { nodeFileSystem } from '@trainyard/trainer/files';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ArtifactError } from '../errors.ts';
import { testArtifacts } from '../testing/artifacts.cases.ts';
import { artifactsFolder, fileOf } from '../testing/artifacts-folder.cases.ts';
import { randomNumbers } from '../testing/random-numbers.cases.ts';
import { bytesOf, digestFor } from '../testing/store-under-test.cases.ts';
import type { ArtifactStore } from './artifact-store.ts';
import { folderArtifacts } from './folder-artifacts.ts';

let folder: string;
let store: ArtifactStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'artifacts-'));
  store = folderArtifacts(folder);
});
afterEach(() => rm(folder, { recursive: true }));

const incoming = () => readdir(join(folder, 'incoming')).catch(() => []);
const listed = async (of = store) => {
  const digests: string[] = [];
  for await (const { digest } of of.list()) digests.push(digest);
  return digests.sort();
};

describe('artifacts in a folder', () => testArtifacts(artifactsFolder));

test('an artifact that is collected while it is put again is there in the end', async () => {
  await store.put(bytesOf('hello'));
  const collected = folderArtifacts(folder, {
    fileSystem: {
      ...nodeFileSystem,
      async touch(file) {
        await rm(file);
        await nodeFileSystem.touch(file);
      },
    },
  });
  await collected.put(bytesOf('hello'));
  expect(await store.get(digestFor('hello'))).toEqual(bytesOf('hello'));
  expect(await incoming()).toEqual([]);
});

describe.skipIf(process.platform === 'win32')('links (not on Windows)', () => {
  test('are refused in place of an artifact and of its folders', async () => {
    const secret = join(folder, 'secret');
    await writeFile(secret, 'hello');
    const { digest } = await store.put(bytesOf('hello'));
    const file = await fileOf(folder, digest);
    const expectRefused = async () => {
      await expect(store.get(digest)).rejects.toThrow('a link or something else; remove it');
      await expect(store.has(digest)).rejects.toThrow(ArtifactError);
    };
    await rm(file);
    await symlink(secret, file);
    await expectRefused();
    // Listing leaves it out: garbage collection follows no link.
    expect(await listed()).toEqual([]);
    // Putting the artifact again puts a plain file in its place, and leaves what the link led to.
    await store.put(bytesOf('hello'));
    expect(await store.get(digest)).toEqual(bytesOf('hello'));
    expect(await readFile(secret, 'utf8')).toBe('hello');

    for (const inner of [dirname(file), join(folder, 'sha256')]) {
      const outside = join(folder, 'outside');
      await rename(inner, outside);
      await symlink(outside, inner);
      await expectRefused();
      await expect(store.put(bytesOf('hello'))).rejects.toThrow(ArtifactError);
      await expect(store.remove(digest)).rejects.toThrow(ArtifactError);
      await rm(inner);
      await rename(outside, inner);
    }
    expect(await store.get(digest)).toEqual(bytesOf('hello'));
  });

  test('a hard link of an artifact is a file like others, and checked', async () => {
    const { digest } = await store.put(bytesOf('hello'));
    await link(await fileOf(folder, digest), join(folder, 'other'));
    expect(await store.get(digest)).toEqual(bytesOf('hello'));
  });
});

/** Makes what is in `incoming/` the leavings of a process that has ended. */
async function endWriters(): Promise<void> {
  for (const name of await incoming()) {
    const parts = name.split('.');
    parts[1] = String(2 ** 22 + 1);
    await rename(join(folder, 'incoming', name), join(folder, 'incoming', parts.join('.')));
  }
}

test('what a dead writer left goes with the next write; what a living one writes stays', async () => {
  let release: () => void = () => undefined;
  const slow = async function* () {
    yield bytesOf('slow');
    await new Promise<void>((resolve) => {
      release = resolve;
    });
  };
  const writing = store.put(slow());
  while ((await incoming()).length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  await store.put(bytesOf('other'));
  expect(await incoming()).toHaveLength(1);
  release();
  await writing;
  expect(await store.get(digestFor('slow'))).toEqual(bytesOf('slow'));
  // A foreign file that nobody can be asked about goes after a day.
  await mkdir(join(folder, 'incoming'), { recursive: true });
  for (const name of ['old', 'new']) await writeFile(join(folder, 'incoming', name), '');
  await utimes(join(folder, 'incoming', 'old'), 0, 0);
  await store.put(bytesOf('third'));
  expect(await incoming()).toEqual(['new']);
});

describe.each(faults)('%s at each call of the file system', (fault) => {
  beforeEach(() => {
    store = folderArtifacts(folder, { fileSystem: unsyncedFiles });
  });
  const before = ['one', 'two'];
  /** Artifacts to put: a new one, one that is there, and one that is there and damaged. */
  const contents = ['new', 'one', 'damaged'];

  test.each(contents)('leaves the old state or the new: put of %s', async (content) => {
    let reached = 0;
    for (let at = 0; ; at++) {
      await rm(folder, { recursive: true });
      for (const text of before) await store.put(bytesOf(text));
      const { digest } = await store.put(bytesOf('damaged'));
      await writeFile(await fileOf(folder, digest), 'dam');
      const faulty = faultyFiles(unsyncedFiles, at, fault);
      const stored = await folderArtifacts(folder, { fileSystem: faulty.fileSystem })
        .put(bytesOf(content))
        .then(
          () => true,
          () => false,
        );
      if (faulty.calls() <= at) break;
      reached += 1;
      for (const text of before) expect(await store.get(digestFor(text))).toEqual(bytesOf(text));
      const there = await store.get(digestFor(content)).catch((error) => error);
      if (stored) expect(there).toEqual(bytesOf(content));
      else if (there instanceof Error) expect(there).toBeInstanceOf(ArtifactError);
      else expect(there).toEqual(bytesOf(content));
      if (fault === 'short') expect(stored).toBe(true);
      await endWriters();
      await store.put(bytesOf('after'));
      expect(await incoming()).toEqual([]);
      await store.put(bytesOf(content));
      expect(await store.get(digestFor(content))).toEqual(bytesOf(content));
    }
    expect(reached).toBeGreaterThan(10);
  });

  test('leaves an artifact that is read', async () => {
    for (let at = 0; ; at++) {
      await store.put(bytesOf('one'));
      const faulty = faultyFiles(unsyncedFiles, at, fault);
      const read = await folderArtifacts(folder, { fileSystem: faulty.fileSystem })
        .get(digestFor('one'))
        .catch(() => undefined);
      if (faulty.calls() <= at) break;
      if (read) expect(read).toEqual(bytesOf('one'));
      else expect(fault).not.toBe('short');
      expect(await store.get(digestFor('one'))).toEqual(bytesOf('one'));
    }
  });
});

test('a power cut at any call keeps what was put before, and all or nothing of what is being put', async () => {
  const draw = randomNumbers(4);
  let cuts = 0;
  for (let at = 0, done = false; !done; at++)
    for (let trial = 0; trial < 8; trial++) {
      const disk = new PowerCutDisk();
      const artifacts = folderArtifacts('/disk', { fileSystem: disk });
      for (const text of ['one', 'two']) await artifacts.put(bytesOf(text));
      let calls = 0;
      disk.onCall = () => {
        if (calls++ >= at) throw new Error('no power');
      };
      done = await artifacts.put(bytesOf('new')).then(
        () => true,
        () => false,
      );
      disk.onCall = () => undefined;
      const likely = draw();
      disk.cutPower(() => draw() < likely);
      cuts += 1;
      for (const text of ['one', 'two']) expect(await artifacts.get(digestFor(text))).toEqual(bytesOf(text));
      if (done || (await artifacts.has(digestFor('new'))))
        expect(await artifacts.get(digestFor('new'))).toEqual(bytesOf('new'));
    }
  expect(cuts).toBeGreaterThan(80);
});
