// The child process of a worker: does the work of one stage after the other, and ends with its worker.
import { Worker } from 'node:worker_threads';
import { messageOf } from '../errors.ts';
import { FinalError, type StageWork } from '../flow.ts';
import type { FromChild, ToChild } from './protocol.ts';

const say = (message: FromChild) => {
  if (process.connected) process.send?.(message, () => undefined);
};

// The worker is gone, so nobody wants the result; it may have gone before this line.
const end = () => process.kill(process.pid, 'SIGKILL');
process.on('disconnect', end);
if (!process.connected) end();
// The terminal gives Ctrl-C to the worker as well, which then tells this process what to do.
process.on('SIGINT', () => undefined);

// Work that blocks this thread hears no disconnect: a thread beside it looks whether the worker is the parent still.
new Worker(
  `setInterval(() => { if (process.ppid !== ${Number(process.argv[2])}) process.kill(process.pid, 'SIGKILL'); }, 500)`,
  { eval: true, execArgv: [] },
).unref();

let controller = new AbortController();

process.on('message', async (message: ToChild) => {
  if (message.type === 'stop') return controller.abort();
  controller = new AbortController();
  const { signal } = controller;
  try {
    const { default: work } = (await import(message.module)) as { default: StageWork };
    const result = await work(message.task, {
      signal,
      progress: (share, note) => say({ type: 'progress', share, ...(note !== undefined && { note }) }),
      log: (points) => say({ type: 'metrics', points }),
    });
    signal.throwIfAborted();
    say({ type: 'done', result });
  } catch (error) {
    say({
      type: 'failed',
      message: messageOf(error),
      ...(error instanceof Error && { stack: error.stack }),
      final: error instanceof FinalError,
      stopped: signal.aborted,
    });
  }
});
