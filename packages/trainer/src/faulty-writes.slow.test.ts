import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Generator } from '@trainyard/autograd';
import { type Fault, faults, faultyFiles, unsyncedFiles } from '@trainyard/testing/faulty-files';
import { PowerCutDisk } from '@trainyard/testing/power-cut-disk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkpointFile } from './checkpoint/file.ts';
import type { FileSystem } from './file-system.ts';
import { writeFileAtomic, writeFilesAtomic } from './safe-file.ts';
import { recoverFolder, replaceFolder } from './safe-folder.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trainer-'));
});
afterEach(() => rm(folder, { recursive: true }));

/**
 * Does a piece of work again and again, with a fault at its first call of the file system, its second one, and so on
 * until it ends before the fault comes.
 * @returns how many calls there were
 */
async function withFaultAtEachCall(
  fault: Fault,
  prepare: () => Promise<unknown>,
  work: (fileSystem: FileSystem) => Promise<unknown>,
  check: (done: boolean) => Promise<unknown>,
): Promise<number> {
  for (let at = 0; ; at++) {
    await rm(folder, { recursive: true });
    await prepare();
    const faulty = faultyFiles(unsyncedFiles, at, fault);
    const done = await work(faulty.fileSystem).then(
      () => true,
      () => false,
    );
    if (faulty.calls() <= at) {
      expect(done).toBe(true);
      return at;
    }
    if (fault === 'short') expect(done).toBe(true);
    await check(done);
  }
}

const text = async (file: string) => readFile(file, 'utf8').catch(() => undefined);

describe.each(faults)('%s at each call of the file system', (fault) => {
  it('leaves the old checkpoint or the new one, and a way back', async () => {
    const file = join(folder, 'run.ckpt');
    const bytes = (n: number) => new Uint8Array(1000).fill(n);
    const store = checkpointFile(file, { fileSystem: unsyncedFiles });
    const read = async () => (await store.read())?.[0];
    const calls = await withFaultAtEachCall(
      fault,
      async () => {
        for (const n of [1, 2]) await store.write(bytes(n));
      },
      (fileSystem) => checkpointFile(file, { fileSystem }).write(bytes(3)),
      async (done) => {
        const latest = await store.read();
        expect(latest).toEqual(bytes(latest?.[0] ?? 0));
        expect(done ? [3] : [2, 3]).toContain(latest?.[0]);
        if (fault !== 'crash') expect((await readdir(folder)).filter((n) => n.endsWith('.tmp'))).toEqual([]);
        await store.write(bytes(4));
        expect(await read()).toBe(4);
        expect((await readdir(folder)).sort()).toEqual(['run.ckpt', 'run.ckpt.previous']);
        await store.setAside?.();
        expect(await read()).toBe(latest?.[0]);
      },
    );
    expect(calls).toBeGreaterThan(8);
  });

  it('leaves a checkpoint that is read, and one that is put aside', async () => {
    const file = join(folder, 'run.ckpt');
    const store = checkpointFile(file, { fileSystem: unsyncedFiles });
    await withFaultAtEachCall(
      fault,
      async () => {
        for (const n of [1, 2]) await store.write(Uint8Array.of(n));
      },
      async (fileSystem) => {
        const faulty = checkpointFile(file, { fileSystem });
        expect(await faulty.read()).toEqual(Uint8Array.of(2));
        await faulty.setAside?.();
        expect(await faulty.read()).toEqual(Uint8Array.of(1));
      },
      async () => {
        const left = await store.read();
        expect([1, 2]).toContain(left?.[0]);
      },
    );
  });

  it('leaves the old file or the new one', async () => {
    const file = join(folder, 'a', 'x');
    const calls = await withFaultAtEachCall(
      fault,
      () => writeFileAtomic(file, 'old content', { fileSystem: unsyncedFiles }),
      (fileSystem) => writeFileAtomic(file, 'new', { fileSystem }),
      async (done) => expect(done ? ['new'] : ['old content', 'new']).toContain(await text(file)),
    );
    expect(calls).toBeGreaterThan(5);
  });

  it('leaves each of several files old or new, all old until all are on the disk', async () => {
    const [a, b] = [join(folder, 'a'), join(folder, 'b')];
    await withFaultAtEachCall(
      fault,
      () => writeFilesAtomic({ [a]: 'old', [b]: 'old' }, { fileSystem: unsyncedFiles }),
      (fileSystem) => writeFilesAtomic({ [a]: 'new', [b]: 'new' }, { fileSystem }),
      async (done) => {
        const both = [await text(a), await text(b)];
        expect(done ? ['new,new'] : ['old,old', 'new,old', 'new,new']).toContain(both.join());
      },
    );
  });

  it('leaves the old folder or the new one', async () => {
    const target = join(folder, 'bundle');
    const files = (content: string) => ({ a: content, b: content.repeat(100) });
    const calls = await withFaultAtEachCall(
      fault,
      () => replaceFolder(target, files('old'), { fileSystem: unsyncedFiles }),
      (fileSystem) => replaceFolder(target, files('new'), { fileSystem }),
      async (done) => {
        await recoverFolder(target);
        const both = [await text(join(target, 'a')), await text(join(target, 'b'))];
        const [old, fresh] = [Object.values(files('old')), Object.values(files('new'))];
        expect(done ? [fresh] : [old, fresh]).toContainEqual(both);
        await replaceFolder(target, files('last'), { fileSystem: unsyncedFiles });
        expect(await text(join(target, 'a'))).toBe('last');
      },
    );
    expect(calls).toBeGreaterThan(20);
  });
});

it('a power cut at any call leaves the old checkpoint or the new one', async () => {
  const generator = new Generator(4);
  const draw = () => generator.integers(1, 0, 1000)[0] / 1000;
  for (let at = 0, done = false; !done; at++)
    for (let trial = 0; trial < 8; trial++) {
      const disk = new PowerCutDisk();
      const store = checkpointFile('/disk/run.ckpt', { fileSystem: disk });
      for (const n of [1, 2]) await store.write(new Uint8Array(9).fill(n));
      let calls = 0;
      disk.onCall = () => {
        if (calls++ >= at) throw new Error('no power');
      };
      done = await store.write(new Uint8Array(9).fill(3)).then(
        () => true,
        () => false,
      );
      disk.onCall = () => undefined;
      const likely = draw();
      disk.cutPower(() => draw() < likely);
      const left = await store.read();
      expect(left).toEqual(new Uint8Array(9).fill(left?.[0] ?? 0));
      expect(done ? [3] : [2, 3]).toContain(left?.[0]);
    }
});
