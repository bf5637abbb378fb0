import { InputError } from './errors.ts';
import { philox } from './philox.ts';
import { type Tensor, tensorOf } from './tensor.ts';
import { hostTensor } from './tracer.ts';
import { type FloatType, sizeOf } from './types.ts';

/** Where a generator stands, as plain data: which stream, and how many blocks of it are used up. */
export interface GeneratorState {
  readonly key: readonly [number, number];
  readonly counter: number;
}

const two32 = 2 ** 32;
const isWord = (x: unknown): x is number =>
  Number.isInteger(x) && (x as number) >= 0 && (x as number) < two32;

const encoder = new TextEncoder();

/** 64-bit FNV-1a of a name, as two words: it keeps forks of different names apart. */
function hashName(name: string): [low: number, high: number] {
  let high = 0xcbf29ce4;
  let low = 0x84222325;
  for (const byte of encoder.encode(name)) {
    // Times the prime 2^40 + 0x1b3, modulo 2^64; the product of the low word stays below 2^53.
    const mixed = (low ^ byte) >>> 0;
    const product = mixed * 0x1b3;
    high = (Math.imul(high, 0x1b3) + Math.floor(product / two32) + (mixed << 8)) >>> 0;
    low = product % two32;
  }
  return [low, high];
}

/**
 * Random numbers from a counter: Philox-4x32-10 (Salmon et al., 2011). The same seed gives the same numbers on
 * every platform and in every executor; the state is a key and a counter, so a run resumes exactly.
 * Inside of a traced function a drawn tensor becomes a graph input that the host fills before each run.
 */
export class Generator {
  readonly #key: readonly [number, number];
  #counter: number;

  /** @throws InputError when the seed is not an integer */
  constructor(seed: number | bigint | GeneratorState) {
    if (typeof seed === 'object') {
      const { key, counter } = seed;
      if (
        !Array.isArray(key) ||
        key.length !== 2 ||
        !key.every(isWord) ||
        !(Number.isSafeInteger(counter) && counter >= 0)
      )
        throw new InputError('Generator', 'a state { key: [word, word], counter }', JSON.stringify(seed));
      this.#key = [key[0], key[1]];
      this.#counter = counter;
      return;
    }
    if (typeof seed === 'number' && !Number.isSafeInteger(seed))
      throw new InputError('Generator', 'an integer seed', String(seed));
    const bits = BigInt.asUintN(64, BigInt(seed));
    this.#key = [Number(bits & 0xffffffffn), Number(bits >> 32n)];
    this.#counter = 0;
  }

  /** Where the generator stands; `new Generator(state)` goes on from there. */
  get state(): GeneratorState {
    return { key: [...this.#key] as [number, number], counter: this.#counter };
  }

  /** A generator of an independent stream; it depends on this one's seed and on `name`, not on what was drawn. */
  fork(name: string | number): Generator {
    const words = new Uint32Array(4);
    // Draws never count as far as this block, so no draw repeats a child's key.
    const [low, high] = hashName(`${typeof name}:${name}`);
    philox(low, high, 0xffffffff, 0xffffffff, ...this.#key, words);
    return new Generator({ key: [words[0], words[1]], counter: 0 });
  }

  /** The next `count` 32-bit words. */
  words(count: number): Uint32Array {
    const blocks = Math.ceil(count / 4);
    const out = new Uint32Array(blocks * 4);
    const [k0, k1] = this.#key;
    for (let i = 0; i < blocks; i++) {
      const block = this.#counter + i;
      philox(block >>> 0, Math.floor(block / two32), 0, 0, k0, k1, out, i * 4);
    }
    this.#counter += blocks;
    return out.subarray(0, count);
  }

  /** Numbers in [low, high), evenly distributed; 24 random bits each. */
  uniform(shape: readonly number[], low = 0, high = 1, dtype: FloatType = 'float32'): Tensor {
    return this.#draw('uniform', dtype, shape, (data) => {
      const words = this.words(data.length);
      for (let i = 0; i < data.length; i++) data[i] = low + (high - low) * ((words[i] >>> 8) / 2 ** 24);
    });
  }

  /** Numbers of the normal distribution, by the method of Box and Muller (1958). */
  normal(shape: readonly number[], mean = 0, deviation = 1, dtype: FloatType = 'float32'): Tensor {
    return this.#draw('normal', dtype, shape, (data) => {
      const words = this.words(data.length + (data.length % 2));
      for (let i = 0; i < data.length; i += 2) {
        const radius = deviation * Math.sqrt(-2 * Math.log((words[i] + 1) / two32));
        const angle = 2 * Math.PI * (words[i + 1] / two32);
        data[i] = mean + radius * Math.cos(angle);
        if (i + 1 < data.length) data[i + 1] = mean + radius * Math.sin(angle);
      }
    });
  }

  /** 1 with the given probability, else 0. @throws InputError when it is not in [0, 1] */
  bernoulli(shape: readonly number[], probability: number, dtype: FloatType = 'float32'): Tensor {
    if (!(probability >= 0 && probability <= 1))
      throw new InputError('bernoulli', 'a probability in [0, 1]', String(probability));
    return this.#draw('bernoulli', dtype, shape, (data) => {
      const words = this.words(data.length);
      for (let i = 0; i < data.length; i++) data[i] = words[i] < probability * two32 ? 1 : 0;
    });
  }

  /** Integers from `low` to `high` − 1. @throws InputError when there are none */
  integers(count: number, low: number, high: number): Int32Array {
    if (!(Number.isInteger(low) && Number.isInteger(high) && low < high))
      throw new InputError('integers', 'whole numbers low < high', `${low} and ${high}`);
    return Int32Array.from(this.words(count), (word) => low + Math.floor((word / two32) * (high - low)));
  }

  /** The numbers 0 to n − 1 in random order (Fisher and Yates). */
  permutation(n: number): Int32Array {
    const order = Int32Array.from({ length: n }, (_, i) => i);
    const words = this.words(n);
    for (let i = n - 1; i > 0; i--) {
      const j = Math.floor((words[i] / two32) * (i + 1));
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  }

  #draw(
    name: string,
    dtype: FloatType,
    shape: readonly number[],
    write: (data: Float32Array | Float64Array) => void,
  ): Tensor {
    const produce = (): Tensor => {
      const size = sizeOf(shape);
      const data = dtype === 'float32' ? new Float32Array(size) : new Float64Array(size);
      write(data);
      return tensorOf(dtype, shape, data);
    };
    return hostTensor(name, produce, { dtype, shape });
  }
}
