import { expect } from 'vitest';
import type { Store } from '../store/store.ts';
import { hammered } from './hammer.cases.ts';

/** The history is one chain of moves without a gap, as long as there were moves, and ends where the aliases are. */
export async function expectOneChain(store: Store, moves: number): Promise<void> {
  const { generation, champion } = await store.aliases.get(hammered);
  // The first one is that of `prepareHammer`.
  expect(generation).toBe(moves + 1);
  const changes = (await store.aliases.history(hammered, { alias: 'champion', limit: 100_000 })).reverse();
  expect(changes.map((change) => change.generation)).toEqual(
    Array.from({ length: generation }, (_, i) => i + 1),
  );
  for (const [i, { from }] of changes.entries()) expect(from).toBe(i === 0 ? null : changes[i - 1].to);
  expect(changes.at(-1)?.to).toBe(champion?.version);
}
