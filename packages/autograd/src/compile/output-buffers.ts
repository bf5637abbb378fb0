import { allocate, Tensor } from '../tensor.ts';
import type { Tensors } from '../trace.ts';
import { formatType, type TensorType } from '../types.ts';

export type OutputTypes = ReadonlyMap<string, TensorType>;

const allocateAll = (types: OutputTypes): Tensors =>
  Object.fromEntries([...types].map(([name, type]) => [name, new Tensor(type, allocate(type))]));

function overlap(a: Tensors, b: Tensors): boolean {
  const memory = new Set(Object.values(a).map(({ data }) => data.buffer));
  return Object.values(b).some(({ data }) => memory.has(data.buffer));
}

/**
 * Memory for results: two sets that take turns, so that a result can be the input of the next call and no call
 * writes to what it reads. A result stays as it is during the next call, and is written over by the one after.
 * Functions whose results have the same types share them, such as one step for batches of two sizes.
 */
export class OutputBuffers {
  readonly #pairs = new Map<string, { sets: (Tensors | undefined)[]; turn: number }>();

  /** The set that the latest result is not in. Where `inputs` lie in it, they keep it, and a new one takes its place. */
  next(types: OutputTypes, inputs: Tensors): Tensors {
    const key = [...types].map(([name, type]) => `${name}: ${formatType(type)}`).join('\n');
    const pair = this.#pairs.get(key) ?? { sets: [undefined, undefined], turn: 0 };
    this.#pairs.set(key, pair);
    pair.turn = 1 - pair.turn;
    const free = pair.sets[pair.turn];
    if (free && !overlap(inputs, free)) return free;
    const fresh = allocateAll(types);
    pair.sets[pair.turn] = fresh;
    return fresh;
  }

  clear(): void {
    this.#pairs.clear();
  }
}
