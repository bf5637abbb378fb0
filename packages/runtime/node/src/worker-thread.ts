import { parentPort, type Transferable, workerData } from 'node:worker_threads';
import { errorToData, type ModelSession, ortSession } from '@trainyard/runtime-common';
import * as ort from 'onnxruntime-node';
import { createOrtSession } from './session-options.ts';
import type { FromWorker, ToWorker, WorkerStart } from './worker-protocol.ts';

/** The thread that `WorkerSession` starts: loads the model it is given, and runs what it is sent in order. */
const port = parentPort!;
const { model, signature, options } = workerData as WorkerStart;
const send = (message: FromWorker, transfer: Transferable[] = []) => port.postMessage(message, transfer);

try {
  const { session, provider, passedOver } = await createOrtSession(model, options);
  serve(ortSession(ort, session, signature, provider));
  send({ kind: 'ready', provider, passedOver });
} catch (error) {
  send({ kind: 'notLoaded', error: errorToData(error) });
  port.close();
}

function serve(session: ModelSession): void {
  let last: Promise<void> = Promise.resolve();
  port.on('message', (message: ToWorker) => {
    last = last.then(() => (message.kind === 'run' ? run(session, message) : close(session)));
  });
}

async function run(session: ModelSession, { id, pixels, batch }: ToWorker & { kind: 'run' }): Promise<void> {
  const result = await session.run(pixels, batch).catch(errorToData);
  send({ kind: 'ran', id, pixels, result }, [pixels.buffer as ArrayBuffer]);
}

async function close(session: ModelSession): Promise<void> {
  await session.dispose();
  port.close();
}
