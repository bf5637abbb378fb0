import { Generator } from '@trainyard/autograd';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ImageSplit } from '../dataset.ts';
import { affine } from './affine.ts';
import { augmentation } from './augment.ts';
import { imageShapeOf } from './image-shape.ts';
import { Loader, type LoaderOptions } from './loader.ts';
import { erase, flip, noise } from './pixel-changes.ts';

/** Pictures of 3×3 whose pixels all hold their index, which is their label too. */
function indexed(length: number): ImageSplit {
  const images = Uint8Array.from({ length: length * 9 }, (_, i) => Math.floor(i / 9));
  return { images, labels: Int32Array.from({ length }, (_, i) => i), length };
}

/** All pictures of an epoch by their label, whatever the batches. */
function epochOf(split: ImageSplit, options: LoaderOptions, epoch: number) {
  const loader = new Loader(split, options);
  const order: number[] = [];
  const pictures = new Map<number, string>();
  for (let step = 0; step < loader.stepsPerEpoch; step++) {
    const { images, labels } = loader.batch(epoch, step);
    labels.toArray().forEach((label, i) => {
      order.push(label);
      pictures.set(label, String(images.data.slice(i * 9, i * 9 + 9)));
    });
  }
  return { order, pictures };
}

describe('Loader', () => {
  it('gives every picture once, in an order that seed and epoch alone decide', () => {
    const augment = augmentation({ shift: 1, noise: 20, erase: 0.5, flip: 'both' });
    const sizes = fc.integer({ min: 1, max: 12 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), sizes, sizes, fc.nat(5), (length, one, other, epoch) => {
        const split = indexed(length);
        const a = epochOf(split, { batchSize: one, seed: 3, augment }, epoch);
        const b = epochOf(split, { batchSize: other, seed: 3, augment }, epoch);
        expect(a).toEqual(b);
        expect([...a.order].sort((x, y) => x - y)).toEqual([...split.labels]);
      }),
      { seed: 1, numRuns: 50 },
    );
  });

  it('has another order in another epoch and for another seed', () => {
    const split = indexed(30);
    const orders = [
      epochOf(split, { batchSize: 8, seed: 3 }, 0),
      epochOf(split, { batchSize: 8, seed: 3 }, 1),
      epochOf(split, { batchSize: 8, seed: 4 }, 0),
      epochOf(split, { batchSize: 8 }, 0),
    ].map(({ order }) => String(order));
    expect(new Set(orders).size).toBe(4);
    expect(orders[3]).toBe(String(split.labels));
  });

  it('can give a later batch first', () => {
    const [a, b] = [
      new Loader(indexed(20), { batchSize: 6, seed: 1 }),
      new Loader(indexed(20), { batchSize: 6, seed: 1 }),
    ];
    b.batch(4, 0);
    expect(b.batch(2, 3).labels.data).toEqual(a.batch(2, 3).labels.data);
    expect(a.batch(2, 3).labels.size).toBe(2);
  });

  it('leaves the split as it is', () => {
    const split = indexed(10);
    epochOf(split, { batchSize: 4, seed: 1, augment: noise(50) }, 0);
    expect(split.images).toEqual(indexed(10).images);
  });
});

describe('imageShapeOf', () => {
  const of = (pixels: number) => ({ images: new Uint8Array(pixels), labels: new Int32Array(1), length: 1 });
  it('finds the size of square pictures, and asks for the others', () => {
    expect(imageShapeOf(of(64))).toEqual([8, 8, 1]);
    expect(imageShapeOf(of(192))).toEqual([8, 8, 3]);
    expect(imageShapeOf(of(24), [4, 6, 1])).toEqual([4, 6, 1]);
    expect(() => imageShapeOf(of(24))).toThrow('give imageShape');
    expect(() => imageShapeOf(of(24), [4, 4, 1])).toThrow('expected pictures of 4×4×1, got 24');
    expect(() => imageShapeOf({ ...of(64), length: 0 })).toThrow('at least one picture');
    expect(() => imageShapeOf({ ...of(64), labels: new Int32Array(2) })).toThrow('one label a picture');
  });
});

const picture = () => Uint8Array.from({ length: 5 * 4 * 3 }, (_, i) => (i * 37) % 256);
const shape = [5, 4, 3] as const;

describe('augmentation', () => {
  it('of nothing changes nothing', () => {
    const pixels = picture();
    augmentation({})(pixels, shape, new Generator(1));
    affine({})(pixels, shape, new Generator(1));
    erase({ size: 1, probability: 0 })(pixels, shape, new Generator(1));
    noise(0)(pixels, shape, new Generator(1));
    expect(pixels).toEqual(picture());
  });

  it('mirrors', () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 30; seed++) {
      const pixels = Uint8Array.from([1, 2, 3, 4]);
      flip('both')(pixels, [2, 2, 1], new Generator(seed));
      seen.add(String(pixels));
    }
    expect([...seen].sort()).toEqual(['1,2,3,4', '2,1,4,3', '3,4,1,2', '4,3,2,1']);
  });

  it('shifts by whole pixels exactly, and fills what comes in', () => {
    // A quarter turn of a picture that is the same on each row, found by its middle column.
    const bright = Uint8Array.from([0, 100, 0, 0, 100, 0, 0, 100, 0]);
    const turned = bright.slice();
    const quarter = {
      words: () => Uint32Array.from([2 ** 32 * 0.75, 2 ** 31, 2 ** 31, 2 ** 31, 2 ** 31, 2 ** 31, 2 ** 31]),
    };
    affine({ rotate: 180 })(turned, [3, 3, 1], quarter as unknown as Generator);
    expect([...turned]).toEqual([0, 0, 0, 100, 100, 100, 0, 0, 0]);
    const moved = bright.slice();
    const right = {
      words: () => Uint32Array.from([0, 2 ** 31, 2 ** 32 - 1, 2 ** 31, 2 ** 31, 2 ** 31, 2 ** 31]),
    };
    affine({ shift: 1, fill: 7 })(moved, [3, 3, 1], right as unknown as Generator);
    expect([...moved]).toEqual([100, 0, 7, 100, 0, 7, 100, 0, 7]);
  });

  it('stays near the levels that were there, whatever is drawn', () => {
    const options = fc.record({
      rotate: fc.integer({ min: 0, max: 180 }),
      shift: fc.integer({ min: 0, max: 9 }),
      scale: fc.double({ min: 0, max: 0.9, noNaN: true }),
      crop: fc.double({ min: 0.1, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(options, fc.nat(), (given, seed) => {
        const pixels = new Uint8Array(60).map((_, i) => 50 + (i % 7) * 20);
        affine({ ...given, fill: 60 })(pixels, shape, new Generator(seed));
        expect(pixels.every((v) => v >= 50 && v <= 170)).toBe(true);
      }),
      { seed: 1 },
    );
  });

  it('adds noise of the deviation asked for, and erases rectangles', () => {
    const pixels = new Uint8Array(100 * 100).fill(128);
    noise(10)(pixels, [100, 100, 1], new Generator(1));
    const variance = pixels.reduce((sum, v) => sum + (v - 128) ** 2, 0) / pixels.length;
    expect(Math.sqrt(variance)).toBeGreaterThan(9.5);
    expect(Math.sqrt(variance)).toBeLessThan(10.5);
    const erased = new Uint8Array(100 * 100).fill(128);
    erase({ size: 0.5, probability: 1, fill: 3 })(erased, [100, 100, 1], new Generator(4));
    const gone = erased.filter((v) => v === 3).length;
    expect(gone).toBeGreaterThan(0);
    expect(gone).toBeLessThanOrEqual(2500);
  });

  it('refuses options out of their range', () => {
    expect(() => augmentation({ rotate: -1 })).toThrow('affine: expected rotate from 0 to below 181, got -1');
    expect(() => augmentation({ scale: 1 })).toThrow('scale');
    expect(() => augmentation({ crop: 1.5 })).toThrow('crop');
    expect(() => augmentation({ flip: 'diagonal' as 'both' })).toThrow('flip');
    expect(() => augmentation({ erase: 2 })).toThrow('erase');
  });
});
