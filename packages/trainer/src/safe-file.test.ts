import * as fs from 'node:fs/promises';
import { link, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { checkpointFile } from './checkpoint/file.ts';
import { nodeFileSystem } from './file-system.ts';
import { writeFileAtomic, writeFilesAtomic } from './safe-file.ts';

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof fs>();
  return { ...real, open: vi.fn(real.open) };
});

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trainer-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** The next file that is opened takes half of what is written, and then the disk is full. */
const fillDisk = () =>
  vi.mocked(fs.open).mockImplementationOnce(async (path, flags) => {
    const handle = await fs.open(path, flags);
    const takeSome = async (content: Uint8Array) => {
      await handle.appendFile(content.subarray(0, 2));
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    };
    handle.write = takeSome as unknown as typeof handle.write;
    return handle;
  });

describe('writeFileAtomic', () => {
  it('makes folders, replaces the content and leaves nothing else', async () => {
    const file = join(folder, 'a', 'b.txt');
    await writeFileAtomic(file, 'one');
    await writeFileAtomic(file, 'two');
    expect(await readFile(file, 'utf8')).toBe('two');
    expect(await readdir(join(folder, 'a'))).toEqual(['b.txt']);
  });

  it('keeps the old content under another name where asked to', async () => {
    const file = join(folder, 'x');
    for (const content of ['one', 'two', 'three'])
      await writeFileAtomic(file, content, { previous: `${file}.old` });
    expect([await readFile(file, 'utf8'), await readFile(`${file}.old`, 'utf8')]).toEqual(['three', 'two']);
  });

  it('keeps it also where files can have one name only, and after a failure', async () => {
    const file = join(folder, 'x');
    const oneName = async () => {
      throw Object.assign(new Error('EPERM: operation not permitted, link'), { code: 'EPERM' });
    };
    const fileSystem = { ...nodeFileSystem, link: oneName };
    for (const content of ['one', 'two', 'three'])
      await writeFileAtomic(file, content, { previous: `${file}.old`, fileSystem });
    expect([await readFile(file, 'utf8'), await readFile(`${file}.old`, 'utf8')]).toEqual(['three', 'two']);
    // Both names of one file, as a failure between the two renames leaves them.
    await rm(`${file}.old`);
    await link(file, `${file}.old`);
    await writeFileAtomic(file, 'four', { previous: `${file}.old` });
    expect(await readdir(folder)).toEqual(['x', 'x.old']);
    expect([await readFile(file, 'utf8'), await readFile(`${file}.old`, 'utf8')]).toEqual(['four', 'three']);
  });

  it('leaves the old content, and no part of the new one, where the disk is full', async () => {
    const file = join(folder, 'x');
    await writeFileAtomic(file, 'old', { previous: `${file}.old` });
    fillDisk();
    await expect(writeFileAtomic(file, 'newer', { previous: `${file}.old` })).rejects.toMatchObject({
      code: 'ENOSPC',
    });
    expect(await readdir(folder)).toEqual(['x']);
    expect(await readFile(file, 'utf8')).toBe('old');
  });

  it('leaves both generations of a checkpoint where the disk is full', async () => {
    const store = checkpointFile(join(folder, 'run.ckpt'));
    // What a write left that was killed in the middle.
    await writeFile(join(folder, '.run.ckpt.0000.tmp'), 'part');
    await store.write(Uint8Array.of(1));
    await store.write(Uint8Array.of(2));
    fillDisk();
    await expect(store.write(Uint8Array.of(3))).rejects.toMatchObject({ code: 'ENOSPC' });
    expect(await readdir(folder)).toEqual(['run.ckpt', 'run.ckpt.previous']);
    expect([...((await store.read()) ?? [])]).toEqual([2]);
  });
});

describe('writeFilesAtomic', () => {
  it('replaces all of the files, or none where the disk is full at the last of them', async () => {
    const [a, b] = [join(folder, 'a'), join(folder, 'b')];
    await writeFilesAtomic({ [a]: 'old a', [b]: 'old b' });
    vi.mocked(fs.open).mockImplementationOnce((path, flags) => fs.open(path, flags));
    fillDisk();
    await expect(writeFilesAtomic({ [a]: 'new a', [b]: 'new b' })).rejects.toMatchObject({ code: 'ENOSPC' });
    expect(await readdir(folder)).toEqual(['a', 'b']);
    expect([await readFile(a, 'utf8'), await readFile(b, 'utf8')]).toEqual(['old a', 'old b']);
    await writeFilesAtomic({ [a]: 'new a', [b]: 'new b' });
    expect([await readFile(a, 'utf8'), await readFile(b, 'utf8')]).toEqual(['new a', 'new b']);
  });
});
