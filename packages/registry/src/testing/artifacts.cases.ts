import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { ArtifactError, InputError } from '../errors.ts';
import { foundBitFlips } from './bit-flips.cases.ts';
import { bytesOf, digestFor } from './store-under-test.cases.ts';

/** A place for artifacts, and what tests do to it behind the back of its stores. */
export interface ArtifactsUnderTest {
  /** A store of this place. */
  open(options?: { readonly maxBytes?: number }): ArtifactStore;
  /** Puts other bytes in the place of an artifact's. */
  change(digest: string, change: (bytes: Uint8Array) => Uint8Array): Promise<void>;
  /** Milliseconds after which its clock shows another time. */
  readonly tick: number;
  /** What is there and no artifact, such as temporary files. */
  leftovers(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** What every store of artifacts does. `make` gives an empty place each time. */
export function testArtifacts(make: () => Promise<ArtifactsUnderTest>, flips = 300): void {
  let tested: ArtifactsUnderTest;
  let store: ArtifactStore;
  beforeEach(async () => {
    tested = await make();
    store = tested.open();
  });
  afterEach(() => tested.close());

  const listed = async () => {
    const digests: string[] = [];
    for await (const { digest } of store.list()) digests.push(digest);
    return digests.sort();
  };
  const expectNothing = async () => {
    expect(await listed()).toEqual([]);
    expect(await tested.leftovers()).toEqual([]);
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
    await expect(store.get(artifact.digest)).rejects.toThrow(
      /expected the artifact sha256:2cf24d.*, got none; restore it/,
    );
    await expectNothing();
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

  test('a source may use the memory of its pieces again', async () => {
    const memory = new Uint8Array(3);
    const pieces = function* () {
      for (const text of ['one', 'two', 'six']) {
        memory.set(bytesOf(text));
        yield memory;
      }
    };
    const { digest } = await store.put(pieces());
    expect(digest).toBe(digestFor('onetwosix'));
    expect(await store.get(digest)).toEqual(bytesOf('onetwosix'));
  });

  test('what is put again is newer for whoever collects garbage', async () => {
    await store.put(bytesOf('hello'));
    const putAt = async () => {
      for await (const artifact of store.list()) return artifact.putAt;
      return Number.NaN;
    };
    const first = await putAt();
    expect(Math.abs(Date.now() - first)).toBeLessThan(600_000);
    await new Promise((resolve) => setTimeout(resolve, tested.tick));
    await store.put(bytesOf('hello'));
    expect(await putAt()).toBeGreaterThan(first);
  });

  test('3 MB go through in pieces, and the last one comes only after the check', async () => {
    const bytes = new Uint8Array(3_000_000).map((_, i) => i * 31);
    const { digest } = await store.put(bytes);
    expect(Buffer.compare(await store.get(digest), bytes)).toBe(0);
    await tested.change(digest, (good) => good.map((byte, i) => (i === 0 ? byte ^ 1 : byte)));
    let read = 0;
    const reading = (async () => {
      for await (const piece of store.read(digest)) read += piece.length;
    })();
    await expect(reading).rejects.toThrow('others: the file was changed or cut off');
    expect(read).toBeLessThan(bytes.length);
  });

  test('every bit flip is found', async () => {
    expect(await foundBitFlips(tested, flips)).toBe(flips);
  });

  test('what was cut off, grew, or is empty is found, and putting it again repairs it', async () => {
    const bytes = bytesOf('precious');
    const { digest } = await store.put(bytes);
    for (const damage of ['preciou', 'precious!', '']) {
      await tested.change(digest, () => bytesOf(damage));
      await expect(store.get(digest)).rejects.toThrow(ArtifactError);
      await store.put(bytes);
      expect(await store.get(digest)).toEqual(bytes);
    }
  });

  test('nothing larger than is allowed is stored or read, and nothing is left of it', async () => {
    const small = tested.open({ maxBytes: 10 });
    const endless = async function* () {
      for (;;) yield new Uint8Array(4);
    };
    await expect(small.put(endless())).rejects.toThrow('at most 10 bytes, got more; raise maxBytes');
    await expect(small.put(new Uint8Array(11))).rejects.toThrow(ArtifactError);
    await expectNothing();
    await small.put(new Uint8Array(10));
    const { digest } = await store.put(new Uint8Array(11));
    await expect(small.get(digest)).rejects.toThrow('at most 10 bytes, got 11 bytes');
  });

  test('a source that fails leaves nothing', async () => {
    const failing = async function* () {
      yield bytesOf('part');
      throw new Error('the source is gone');
    };
    await expect(store.put(failing())).rejects.toThrow('the source is gone');
    await expectNothing();
  });

  test('the same bytes put by many at once are there once', async () => {
    const bytes = new Uint8Array(100_000).map((_, i) => i * 7);
    const put = await Promise.all(Array.from({ length: 8 }, () => tested.open().put(bytes)));
    expect(new Set(put.map(({ digest }) => digest)).size).toBe(1);
    expect(await listed()).toEqual([put[0].digest]);
    expect(await tested.leftovers()).toEqual([]);
    expect(await store.get(put[0].digest)).toEqual(bytes);
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
}
