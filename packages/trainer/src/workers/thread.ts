import { parentPort, workerData } from 'node:worker_threads';
import { Barrier } from './barrier.ts';
import type { FromThread, ThreadStart, ToThread } from './protocol.ts';
import { Replica } from './replica.ts';

/**
 * The thread that `WorkerThread` starts: it does what it is told in order, and answers each message with one. Nothing
 * that it imports may load the operators of autograd, which would make each thread slower to start and larger.
 */
const port = parentPort!;
const { index, workers, session, barrier, pending } = workerData as ThreadStart;
const replica = new Replica(index, new Barrier(workers, barrier), session);

async function act(message: ToThread): Promise<FromThread> {
  switch (message.kind) {
    case 'plan':
      await replica.plan(message.plan);
      return { kind: 'done' };
    case 'load':
      replica.load(message.state);
      return { kind: 'done' };
    case 'read':
      replica.read(message.which, message.state);
      return { kind: 'done' };
    case 'step': {
      const figures = await replica.step(message.key);
      return figures ? { kind: 'done', figures } : { kind: 'failed' };
    }
    case 'close':
      await replica.dispose();
      port.close();
      return { kind: 'done' };
  }
}

let last: Promise<void> = Promise.resolve();
port.on('message', (message: ToThread) => {
  last = last
    .then(() => act(message))
    .catch(
      (error): FromThread => ({
        kind: 'failed',
        message: error instanceof Error ? error.message : String(error),
      }),
    )
    .then((answer) => {
      Atomics.sub(pending, 0, 1);
      Atomics.notify(pending, 0);
      port.postMessage(answer);
    });
});
