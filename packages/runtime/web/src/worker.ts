import { errorToData, type ModelSession, type ModelSignature, toInput } from '@trainyard/runtime-common';
import { decode, startRuntime } from './host.ts';
import type { Runtime } from './runtime.ts';
import type { FromWorker, ToWorker } from './worker-protocol.ts';

// The worker that `WorkerSession` starts: loads ONNX Runtime and a model, and runs what it is sent in order.
// `trainyard-web.js` imports the same file into a page that has no worker.
export { decode, startRuntime };

const send = (message: FromWorker, transfer: Transferable[] = []): void =>
  globalThis.postMessage(message, { transfer });

let runtime: Runtime | undefined;
let session: ModelSession | undefined;
let signature: ModelSignature | undefined;
let last: Promise<void> = Promise.resolve();

function receive({ data }: MessageEvent<ToWorker>): void {
  // Pictures are decoded by other threads of the browser, so they need not wait for their turn.
  if (data.kind === 'prepare') void answer(data.id, prepare(data));
  else last = last.then(() => handle(data));
}

async function handle(message: Exclude<ToWorker, { kind: 'prepare' }>): Promise<void> {
  switch (message.kind) {
    case 'start':
      runtime = startRuntime(message.options, {
        onProgress: (progress) => send({ kind: 'progress', progress }),
        warn: (text) => send({ kind: 'warning', text }),
      });
      return;
    case 'load':
      return load(message);
    case 'run':
      return answer(message.id, run(message));
    case 'dispose':
      await session?.dispose();
      send({ kind: 'disposed' });
      globalThis.close();
  }
}

async function load(message: ToWorker & { kind: 'load' }): Promise<void> {
  try {
    signature = message.signature;
    const loaded = await runtime!.load(message.model, signature, message.threads);
    session = loaded;
    const { provider, passedOver, threads } = loaded;
    send({ kind: 'ready', provider, passedOver, threads });
  } catch (error) {
    send({ kind: 'notLoaded', error: errorToData(error) });
  }
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

async function run({ id, pixels, batch }: ToWorker & { kind: 'run' }): Promise<Answer> {
  const result = await session!.run(pixels, batch);
  return { message: { kind: 'ran', id, pixels, result }, transfer: [pixels.buffer as ArrayBuffer] };
}

async function prepare({ id, picture }: ToWorker & { kind: 'prepare' }): Promise<Answer> {
  const result = toInput(await decode(picture), signature!.input);
  return { message: { kind: 'prepared', id, result }, transfer: [] };
}

async function hold(): Promise<void> {
  const lock = `trainyard worker ${Math.random()}`;
  if (!globalThis.navigator.locks) return send({ kind: 'started', lock: undefined });
  await globalThis.navigator.locks.request(lock, () => {
    send({ kind: 'started', lock });
    return new Promise(() => {});
  });
}

if (globalThis.document === undefined) {
  globalThis.addEventListener('message', receive);
  void hold();
}
