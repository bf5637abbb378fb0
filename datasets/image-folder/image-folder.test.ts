import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DatasetError } from '../errors.ts';
import { loadImageFolder } from './image-folder.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'image-folder-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

type Color = readonly [r: number, g: number, b: number];
const red: Color = [255, 0, 0];
const blue: Color = [0, 0, 255];

async function put(path: string, content: Uint8Array | string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), content);
}

async function paint(path: string, color: Color, width = 12, height = 8): Promise<void> {
  const [r, g, b] = color;
  const picture = sharp({ create: { width, height, channels: 3, background: { r, g, b } } });
  const format = path.endsWith('.webp') ? 'webp' : path.endsWith('.png') ? 'png' : 'jpeg';
  await put(path, await picture.toFormat(format, { quality: 100 }).toBuffer());
}

async function paintTwoClasses(count = 5): Promise<void> {
  for (let i = 0; i < count; i++) {
    const extension = ['png', 'jpg', 'webp', 'JPEG'][i % 4]!;
    await paint(`red/${i}.${extension}`, red);
    await paint(`blue/${i}.${extension}`, blue);
  }
}

describe('loadImageFolder', () => {
  it('reads PNG, JPEG and WebP into classes in the order of their names', async () => {
    await paintTwoClasses();
    const { classes, imageShape, train, test, name } = await loadImageFolder({ folder, size: [4, 6] });
    expect(classes).toEqual(['blue', 'red']);
    expect(imageShape).toEqual([4, 6, 3]);
    expect([train.length, test.length]).toEqual([8, 2]);
    expect(folder.endsWith(name)).toBe(true);
    for (const { images, labels } of [train, test]) {
      labels.forEach((label, i) => {
        const [r, , b] = images.subarray(i * 72, i * 72 + 3);
        expect(label === 1 ? r : b).toBeGreaterThan(240);
        expect(label === 1 ? b : r).toBeLessThan(15);
      });
    }
  });

  it('gives the same digest twice, another split for another seed, and keeps classes balanced', async () => {
    for (let i = 0; i < 12; i++) {
      await paint(`a/${i}.png`, [i * 20, 0, 0]);
      await paint(`b/${i}.png`, [0, i * 20, 0]);
    }
    const options = { folder, size: 2, testFraction: 0.25 };
    const [first, again, other] = await Promise.all([
      loadImageFolder(options),
      loadImageFolder(options),
      loadImageFolder({ ...options, seed: 1 }),
    ]);
    expect(again.digest).toBe(first.digest);
    expect(other.digest).not.toBe(first.digest);
    expect([...first.test.labels]).toEqual([0, 0, 0, 1, 1, 1]);
  });

  it('keeps most pictures where they were when others are added', async () => {
    const level = ({ images }: { images: Uint8Array }) =>
      new Set(Array.from({ length: images.length / 4 }, (_, i) => images[i * 4]!));
    const fill = async (from: number, to: number) => {
      for (let i = from; i < to; i++) {
        await paint(`a/${i}.png`, [i, i, i]);
        await paint(`b/${i}.png`, [i + 100, i + 100, i + 100]);
      }
    };
    await fill(0, 20);
    const before = level((await loadImageFolder({ folder, size: 2, channels: 1 })).test);
    await fill(20, 24);
    const after = level((await loadImageFolder({ folder, size: 2, channels: 1 })).test);
    expect([...before].filter((value) => after.has(value)).length).toBeGreaterThanOrEqual(6);
  });

  it('makes grey pictures, and colour of grey ones', async () => {
    const grey = await sharp({ create: { width: 4, height: 4, channels: 3, background: '#808080' } })
      .grayscale()
      .png()
      .toBuffer();
    for (const path of ['a/1.png', 'a/2.png', 'b/1.png', 'b/2.png']) await put(path, grey);
    const rgb = await loadImageFolder({ folder, size: 1 });
    expect([...rgb.train.images]).toEqual([128, 128, 128, 128, 128, 128]);
    const one = await loadImageFolder({ folder, size: 1, channels: 1 });
    expect([...one.train.images]).toEqual([128, 128]);
  });

  it('reads 16-bit and transparent pictures', async () => {
    const deep = await sharp(
      Uint16Array.from({ length: 16 }, () => 0x8080),
      {
        raw: { width: 4, height: 4, channels: 1 },
      },
    )
      .toColourspace('grey16')
      .png()
      .toBuffer();
    const clear = await sharp({ create: { width: 4, height: 4, channels: 4, background: '#ff000000' } })
      .png()
      .toBuffer();
    for (const i of [1, 2]) {
      await put(`deep/${i}.png`, deep);
      await put(`clear/${i}.png`, clear);
    }
    const white = await loadImageFolder({ folder, size: 1, channels: 1 });
    expect([...white.train.images]).toEqual([255, 128]);
    const black = await loadImageFolder({ folder, size: 1, channels: 1, background: 'black' });
    expect([...black.train.images]).toEqual([0, 128]);
  });

  it('covers, contains or stretches', async () => {
    // Left half black, right half white, twice as wide as high.
    const pixels = Uint8Array.from({ length: 8 * 4 }, (_, i) => (i % 8 < 4 ? 0 : 255));
    const picture = await sharp(pixels, { raw: { width: 8, height: 4, channels: 1 } })
      .png()
      .toBuffer();
    for (const path of ['a/1.png', 'a/2.png', 'b/1.png', 'b/2.png']) await put(path, picture);
    const first = async (fit: 'cover' | 'contain' | 'stretch') => {
      const { test } = await loadImageFolder({ folder, size: 4, channels: 1, fit });
      return test.images.subarray(0, 16);
    };
    expect((await first('contain')).subarray(0, 4)).toEqual(Uint8Array.of(255, 255, 255, 255));
    expect((await first('contain'))[4]).toBeLessThan(30);
    expect((await first('cover'))[0]).toBeLessThan(30);
    expect((await first('stretch'))[0]).toBeLessThan(30);
  });

  it('takes train and test as they are', async () => {
    await paint('train/red/1.png', red);
    await paint('train/blue/1.png', blue);
    await paint('train/blue/2.png', blue);
    await paint('test/red/1.png', red);
    const { classes, train, test } = await loadImageFolder({ folder, size: 2 });
    expect(classes).toEqual(['blue', 'red']);
    expect([...train.labels]).toEqual([0, 0, 1]);
    expect([...test.labels]).toEqual([1]);
  });

  it('passes over hidden files, other files and symbolic links', async () => {
    await paintTwoClasses();
    const before = await loadImageFolder({ folder, size: 2 });
    await put('red/.hidden.png', 'x');
    await put('red/notes.txt', 'x');
    await put('.cache/1.png', 'x');
    await symlink(join(folder, 'blue'), join(folder, 'green'));
    await symlink(join(folder, 'blue', '0.png'), join(folder, 'red', 'link.png'));
    expect((await loadImageFolder({ folder, size: 2 })).digest).toBe(before.digest);
  });
});

describe('unreadable files', () => {
  it.each([
    ['Unknown error', '(cut off or damaged)'],
    ['Input buffer has corrupt header:', '(has corrupt header)'],
    ['a.png: expected a picture, got bytes of\nanother format; export it again', '(bytes of another format)'],
  ])('the reason of a decoder, "%s"', async (message, reason) => {
    for (const path of ['a/1.png', 'a/2.png', 'b/1.png', 'b/2.png']) await paint(path, red);
    const decode = async (path: string) => {
      if (path.endsWith('2.png')) throw new Error(message);
      return new Uint8Array(4 * 6 * 3);
    };
    await expect(loadImageFolder({ folder, decode, size: [4, 6] })).rejects.toThrow(reason);
  });

  it('are one error that names them', async () => {
    await paintTwoClasses();
    await put('red/broken.png', 'not a picture');
    await put('blue/empty.jpg', '');
    await put('blue/photo.heic', 'x');
    await expect(loadImageFolder({ folder, size: 2 })).rejects.toThrow(
      /expected at most 0 of 13 pictures unreadable, got 3: .*empty\.jpg \(empty file\), .*photo\.heic \(not PNG.*broken\.png \(not PNG, JPEG or WebP\); repair or remove them, or set maxUnreadable to 0\.231$/,
    );
  });

  it('a truncated PNG is one, and so is an SVG under another name', async () => {
    await paintTwoClasses();
    const whole = await sharp(Buffer.from(Array.from({ length: 3 * 64 * 64 }, (_, i) => (i * 7919) % 256)), {
      raw: { width: 64, height: 64, channels: 3 },
    })
      .png()
      .toBuffer();
    await put('red/cut.png', whole.subarray(0, whole.length / 2));
    await put('red/drawing.png', '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"/>');
    await expect(loadImageFolder({ folder, size: 2 })).rejects.toThrow(/cut\.png.*drawing\.png/);
  });

  it('are left out and reported within the limit', async () => {
    await paintTwoClasses();
    await put('red/broken.png', 'not a picture');
    const onUnreadable = vi.fn();
    const { train, test } = await loadImageFolder({ folder, size: 2, maxUnreadable: 0.1, onUnreadable });
    expect(train.length + test.length).toBe(10);
    expect(onUnreadable.mock.calls).toEqual([[join(folder, 'red', 'broken.png'), 'not PNG, JPEG or WebP']]);
  });

  it('a picture bomb is refused', async () => {
    await paintTwoClasses();
    await paint('red/bomb.png', red, 400, 400);
    await expect(loadImageFolder({ folder, size: 2, maxPixels: 100_000 })).rejects.toThrow(
      /bomb\.png \(.*pixel limit/,
    );
  });

  it('a class that has one readable picture left is an error', async () => {
    await paintTwoClasses(1);
    await put('red/1.png', 'x');
    await paint('blue/1.png', blue);
    await expect(loadImageFolder({ folder, size: 2, maxUnreadable: 0.5 })).rejects.toThrow(/got 1 in 'red'/);
  });
});

describe('folders that cannot be loaded', () => {
  const load = (options: Partial<Parameters<typeof loadImageFolder>[0]> = {}) =>
    loadImageFolder({ folder, size: 4, ...options });

  it('a missing folder', async () => {
    const missing = join(folder, 'nowhere');
    await expect(load({ folder: missing })).rejects.toThrow(
      `image folder ${missing}: expected a readable folder, got nothing there; check the path`,
    );
  });

  it('a file', async () => {
    await put('file', 'x');
    await expect(load({ folder: join(folder, 'file') })).rejects.toThrow(/got a file; check the path/);
  });

  it('an empty folder', async () => {
    await expect(load()).rejects.toThrow(
      /expected one sub-folder a class, got no sub-folders; put the pictures/,
    );
  });

  it('one class', async () => {
    await paint('red/1.png', red);
    await expect(load()).rejects.toThrow(/expected at least two classes, got one: red; add a folder/);
  });

  it('a class with one picture, and one with none', async () => {
    await paintTwoClasses();
    await paint('green/1.png', [0, 255, 0]);
    await mkdir(join(folder, 'white'));
    await expect(load()).rejects.toThrow(
      /expected at least two pictures in each class, to split them, got 1 in 'green', none in 'white'; add PNG/,
    );
  });

  it('train and test beside classes', async () => {
    for (const path of ['train/a/1.png', 'test/a/1.png', 'red/1.png']) await paint(path, red);
    await expect(load()).rejects.toThrow(/got also red; move them/);
  });

  it('a test class that train lacks', async () => {
    for (const path of ['train/a/1.png', 'train/b/1.png', 'test/c/1.png']) await paint(path, red);
    await expect(load()).rejects.toThrow(/expected test classes among those of train \(a, b\), got 'c'/);
  });

  it('options out of their range', async () => {
    await expect(load({ folder: 3 as never })).rejects.toThrow(
      /image folder, folder: expected the path of a folder, got number/,
    );
    await expect(load({ size: 0 })).rejects.toThrow(/image folder, size: .* got 0/);
    await expect(load({ testFraction: 1 })).rejects.toThrow(/image folder, testFraction/);
    await expect(load({ fit: 'fill' as never })).rejects.toThrow('one of cover, contain, stretch, got fill');
    await expect(load({ maxUnreadable: 2 })).rejects.toThrow(DatasetError);
  });
});
