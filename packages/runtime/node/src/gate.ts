import type { Worker } from 'node:worker_threads';

/**
 * Memory that a thread and the process share: whether the thread is inside of ONNX Runtime, and whether the process
 * ends. A thread that is ended inside of ONNX Runtime takes the process down with an abort, instead of its exit code.
 */
export type Gate = Int32Array<SharedArrayBuffer>;

export const newGate = (): Gate => new Int32Array(new SharedArrayBuffer(8));

const inside = 0;
const ending = 1;

/** In the thread: runs what goes into ONNX Runtime, unless the process ends; then it does not come back. */
export async function throughGate<T>(gate: Gate, work: () => Promise<T>): Promise<T> {
  Atomics.store(gate, inside, 1);
  if (Atomics.load(gate, ending) === 1) {
    leave(gate);
    Atomics.wait(gate, ending, 1);
  }
  try {
    return await work();
  } finally {
    leave(gate);
  }
}

function leave(gate: Gate): void {
  Atomics.store(gate, inside, 0);
  Atomics.notify(gate, inside);
}

/** The longest that a process which ends waits for its threads, in milliseconds. */
const patience = 10_000;

const gates = new Set<Gate>();

/** In the process: when it ends, it waits until the thread has left ONNX Runtime, and lets it in no more. */
export function finishBeforeExit(worker: Worker, gate: Gate): void {
  if (gates.size === 0) process.on('exit', closeGates);
  gates.add(gate);
  worker.on('exit', () => {
    gates.delete(gate);
    if (gates.size === 0) process.off('exit', closeGates);
  });
}

function closeGates(): void {
  for (const gate of gates) Atomics.store(gate, ending, 1);
  const deadline = Date.now() + patience;
  for (const gate of gates) {
    const left = deadline - Date.now();
    if (left > 0) Atomics.wait(gate, inside, 1, left);
  }
}
