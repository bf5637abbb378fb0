import type { Program, Step, Tensor } from '../program/program.ts';

/**
 * Memory that is needed from one step to another. Its size may shrink on the way, when a smaller result takes the
 * place of what it was computed from.
 */
export interface Buffer {
  /** The step that writes it first. */
  readonly first: number;
  /** Bytes at each step from `first` on. */
  readonly sizes: readonly number[];
}

export interface Buffers {
  readonly buffers: readonly Buffer[];
  /** The buffer of each tensor in the arena, which begins where its buffer does. */
  readonly ofTensor: ReadonlyMap<Tensor, Buffer>;
  /** Memory of a step's own. */
  readonly ofScratch: ReadonlyMap<Step, Buffer>;
}

interface Lifetime {
  readonly first: number;
  last: number;
}

/** Which memory a program needs when, with results in the place of inputs that nothing reads later. */
export function buffersOf({ steps }: Program): Buffers {
  const lifetimes = lifetimesOf(steps);
  const chains = sharedMemory(steps, lifetimes);
  const ofTensor = new Map<Tensor, Buffer>();
  const ofScratch = new Map<Step, Buffer>();
  for (const chain of chains) {
    const buffer = bufferOf(chain, lifetimes);
    for (const tensor of chain) ofTensor.set(tensor, buffer);
  }
  for (const [i, step] of steps.entries()) {
    const bytes = step.lowering.scratchBytes ?? 0;
    if (bytes > 0) ofScratch.set(step, { first: i, sizes: [bytes] });
  }
  return { buffers: [...new Set(ofTensor.values()), ...ofScratch.values()], ofTensor, ofScratch };
}

function lifetimesOf(steps: readonly Step[]): Map<Tensor, Lifetime> {
  const lifetimes = new Map<Tensor, Lifetime>();
  for (const [i, { inputs, outputs }] of steps.entries()) {
    for (const tensor of outputs) if (tensor.place === 'arena') lifetimes.set(tensor, { first: i, last: i });
    for (const tensor of inputs) {
      const lifetime = lifetimes.get(tensor);
      if (lifetime) lifetime.last = i;
    }
  }
  return lifetimes;
}

/** Tensors that follow each other in the same memory, for every piece of it. */
function sharedMemory(steps: readonly Step[], lifetimes: ReadonlyMap<Tensor, Lifetime>): Tensor[][] {
  const chains = new Map<Tensor, Tensor[]>();
  for (const [i, { inputs, outputs, lowering }] of steps.entries()) {
    const pairs = lowering.inPlace ?? [];
    const taken = new Set<Tensor>();
    for (const [at, output] of outputs.entries()) {
      if (output.place !== 'arena') continue;
      const source = pairs
        .filter(([, to]) => to === at)
        .map(([from]) => inputs[from]!)
        .find(
          (input) =>
            lifetimes.get(input)?.last === i &&
            !taken.has(input) &&
            output.byteLength <= input.byteLength &&
            // Read in other places too, it would be overwritten too early there.
            inputs.every(
              (other, j) => other !== input || pairs.some(([from, to]) => from === j && to === at),
            ),
        );
      const chain = source ? chains.get(source)! : [];
      if (source) taken.add(source);
      chain.push(output);
      chains.set(output, chain);
    }
  }
  return [...new Set(chains.values())];
}

function bufferOf(chain: readonly Tensor[], lifetimes: ReadonlyMap<Tensor, Lifetime>): Buffer {
  const first = lifetimes.get(chain[0]!)!.first;
  const sizes: number[] = [];
  for (const tensor of chain) {
    const { first: from, last } = lifetimes.get(tensor)!;
    for (let step = from; step <= last; step++)
      sizes[step - first] = Math.max(sizes[step - first] ?? 0, tensor.byteLength);
  }
  return { first, sizes };
}
