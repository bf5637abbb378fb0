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
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ArtifactError, InputError } from '../errors.ts';
import { fileOf, foundBitFlips } from '../testing/bit-flips.cases.ts';
import { faults, faultyFiles } from '../testing/faulty-files.cases.ts';
import { PowerCutDisk } from '../testing/power-cut-disk.cases.ts';
import { randomNumbers } from '../testing/random-numbers.cases.ts';
import { bytesOf, digestFor } from '../testing/store-under-test.cases.ts';
import type { ArtifactStore } from './artifact-store.ts';
import { type FileSystem, nodeFileSystem } from './file-system.ts';
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

test('bytes are known by their digest, and are there once', async () => {
  const bytes = bytesOf('hello');
  const artifact = await store.put(bytes);
  expect(artifact).toEqual({ digest: digestFor('hello'), bytes: 5 });
  const pieces = async function* () {
    yield bytesOf('hel');
    yield bytesOf('');
    yield bytesOf('lo');
  };
  expect(await store.put(pieces())).toEqual(artifact);
  expect(await listed()).toEqual([artifact.digest]);
  expect(await store.get(artifact.digest)).toEqual(bytes);
  expect([await store.has(artifact.digest), await store.has(digestFor('x'))]).toEqual([true, false]);
  await store.remove(artifact.digest);
  await store.remove(artifact.digest);
  expect(await listed()).toEqual([]);
  await expect(store.get(artifact.digest)).rejects.toThrow(
    /expected the artifact sha256:2cf24d.*, got none; restore it/,
  );
  expect(await incoming()).toEqual([]);
});

test('any bytes in any pieces come back', () =>
  fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 5 }), async (pieces) => {
      const whole = new Uint8Array(Buffer.concat(pieces));
      const { digest, bytes } = await store.put(pieces);
      expect(bytes).toBe(whole.length);
      expect(await store.get(digest)).toEqual(whole);
      expect(await store.put(whole)).toEqual({ digest, bytes });
    }),
    { numRuns: 30 },
  ));

test('3 MB go through in pieces, and the last one comes only after the check', async () => {
  const bytes = new Uint8Array(3_000_000).map((_, i) => i * 31);
  const { digest } = await store.put(bytes);
  expect(Buffer.compare(await store.get(digest), bytes)).toBe(0);
  const file = await fileOf(folder, digest);
  const bad = await readFile(file);
  bad[0] ^= 1;
  await writeFile(file, bad);
  let read = 0;
  const reading = (async () => {
    for await (const piece of store.read(digest)) read += piece.length;
  })();
  await expect(reading).rejects.toThrow('others: the file was changed or cut off');
  expect(read).toBeLessThan(bytes.length);
});

test('every bit flip is found', async () => {
  expect(await foundBitFlips(folder, 300)).toBe(300);
});

test('a file that was cut off, grew, or is empty is found, and putting it again repairs it', async () => {
  const bytes = bytesOf('precious');
  const { digest } = await store.put(bytes);
  const file = await fileOf(folder, digest);
  for (const damage of ['preciou', 'precious!', '']) {
    await writeFile(file, damage);
    await expect(store.get(digest)).rejects.toThrow(ArtifactError);
    await store.put(bytes);
    expect(await store.get(digest)).toEqual(bytes);
  }
});

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

test('nothing larger than is allowed is stored or read, and nothing is left of it', async () => {
  const small = folderArtifacts(folder, { maxBytes: 10 });
  const endless = async function* () {
    for (;;) yield new Uint8Array(4);
  };
  await expect(small.put(endless())).rejects.toThrow('at most 10 bytes, got more; raise maxBytes');
  await expect(small.put(new Uint8Array(11))).rejects.toThrow(ArtifactError);
  expect([await incoming(), await listed()]).toEqual([[], []]);
  await small.put(new Uint8Array(10));
  const { digest } = await store.put(new Uint8Array(11));
  await expect(small.get(digest)).rejects.toThrow('at most 10 bytes, got 11 bytes');
});

test('a source that fails leaves nothing', async () => {
  const failing = async function* () {
    yield bytesOf('part');
    throw new Error('the network is gone');
  };
  await expect(store.put(failing())).rejects.toThrow('the network is gone');
  expect([await incoming(), await listed()]).toEqual([[], []]);
});

test('what is no digest leads nowhere', async () => {
  const hex = 'a'.repeat(64);
  for (const digest of [
    `sha256:../${hex.slice(3)}`,
    `/${hex}`,
    hex,
    `sha256:${hex.toUpperCase()}`,
    `sha256:${hex}\0`,
    '',
  ])
    for (const call of [store.get, store.has, store.remove])
      await expect((async () => call(digest))()).rejects.toThrow(InputError);
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

/** Tests that cut no power need no syncing, which takes its time. */
const unsyncedFiles: FileSystem = {
  ...nodeFileSystem,
  create: async (file) => ({ ...(await nodeFileSystem.create(file)), sync: async () => undefined }),
  syncFolder: async () => undefined,
};

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
