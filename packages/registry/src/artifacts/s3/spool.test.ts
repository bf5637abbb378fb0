import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Spool } from './spool.ts';

test('what was given up in the middle can be sent again, from memory and from a file', async () => {
  for (const pieces of [1, 10]) {
    const spool = new Spool();
    for (let i = 0; i < pieces; i++) await spool.add(new Uint8Array(1_000_000).fill(i));
    for (let attempt = 0; attempt < 3; attempt++) {
      const given = await spool.stream();
      await new Promise((read) => given.once('data', read));
      given.destroy();
      await wait(5);
    }
    let bytes = 0;
    for await (const piece of await spool.stream()) {
      expect(piece[0]).toBe(Math.floor(bytes / 1_000_000));
      bytes += piece.length;
    }
    expect(bytes).toBe(pieces * 1_000_000);
    await spool.close();
  }
});
