import { parentPort, type Transferable, workerData } from 'node:worker_threads';
import { errorToData, type ModelSession, toInput } from '@trainyard/runtime-common';
import { createSession } from './create-session.ts';
import { type Gate, throughGate } from './gate.ts';
import type { FromWorker, ToWorker, WorkerStart } from './worker-protocol.ts';

/** The thread that `Thread` starts: loads the model it is given, and runs what it is sent in order. */
const port = parentPort!;
const { model, signature, options, gate } = workerData as WorkerStart & { readonly gate: Gate };
const send = (message: FromWorker, transfer: Transferable[] = []) => port.postMessage(message, transfer);

try {
  const session = await throughGate(gate, () => createSession(model, signature, options));
  serve(session);
  const { provider, passedOver } = session;
  send({ kind: 'ready', provider, passedOver });
} catch (error) {
  send({ kind: 'notLoaded', error: errorToData(error) });
  port.close();
}

function serve(session: ModelSession): void {
  let last: Promise<void> = Promise.resolve();
  port.on('message', (message: ToWorker) => {
    // Pictures are decoded by threads of libuv, so they need not wait for their turn.
    if (message.kind === 'prepare') void answer(message.id, prepare(message));
    else
      last = last.then(() =>
        message.kind === 'run' ? answer(message.id, run(session, message)) : close(session),
      );
  });
}

interface Answer {
  readonly message: FromWorker;
  readonly transfer: Transferable[];
}

async function answer(id: number, work: Promise<Answer>): Promise<void> {
  try {
    const { message, transfer } = await work;
    send(message, transfer);
  } catch (error) {
    send({ kind: 'failed', id, error: errorToData(error) });
  }
}

async function run(
  session: ModelSession,
  { id, pixels, batch }: ToWorker & { kind: 'run' },
): Promise<Answer> {
  const result = await throughGate(gate, () => session.run(pixels, batch));
  return { message: { kind: 'ran', id, pixels, result }, transfer: [pixels.buffer as ArrayBuffer] };
}

async function prepare({ id, picture, options: limits }: ToWorker & { kind: 'prepare' }): Promise<Answer> {
  const { decodePicture } = await import('./decode.ts');
  const result = toInput(await decodePicture(picture, limits), signature.input);
  return { message: { kind: 'prepared', id, result }, transfer: [] };
}

async function close(session: ModelSession): Promise<void> {
  await throughGate(gate, () => session.dispose());
  port.close();
}
