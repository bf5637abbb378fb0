import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openStore, type Run, type Store } from '@trainyard/registry';
import { afterAll } from 'vitest';
import type { Flow } from '../flow.ts';
import { Queue } from '../queue.ts';
import { startRun } from '../start-run.ts';
import type { RelayConfig } from './relay-work.cases.ts';

let made: Promise<string> | undefined;
afterAll(async () => {
  if (made) await rm(await made, { recursive: true, force: true });
});

/** An embedded store without content: to make one takes seconds, to copy one does not. */
function emptyStore(): Promise<string> {
  made ??= (async () => {
    const folder = await mkdtemp(join(tmpdir(), 'trainyard-empty-'));
    const store = await openStore({ folder, url: '' });
    await (await Queue.open(store.database)).close();
    await store.close();
    return folder;
  })();
  return made;
}

const script = fileURLToPath(new URL('./worker-process.cases.ts', import.meta.url));

/** A folder with a store, and worker processes on it. */
export class JobBench {
  readonly folder: string;
  readonly url: string | undefined;
  readonly pipeline = 'relay';
  readonly #workers = new Set<ChildProcess>();
  readonly #said = new WeakMap<ChildProcess, string>();
  output = '';

  private constructor(folder: string, url?: string) {
    this.folder = folder;
    this.url = url;
  }

  /** @param url a database of PostgreSQL; an embedded store, unless given */
  static async create(url?: string): Promise<JobBench> {
    const folder = await mkdtemp(join(tmpdir(), 'trainyard-jobs-'));
    if (!url) await cp(await emptyStore(), join(folder, 'store'), { recursive: true });
    return new JobBench(folder, url);
  }

  open = (): Promise<Store> =>
    openStore({ folder: join(this.folder, 'store'), url: this.url ?? '', share: true });

  /** Starts runs of a flow. */
  async start(
    flow: Flow,
    configs: readonly RelayConfig[],
    priorities: readonly number[] = [],
  ): Promise<Run[]> {
    const store = await this.open();
    const queue = await Queue.open(store.database);
    await queue.ensure(this.pipeline);
    const runs: Run[] = [];
    for (const [i, config] of configs.entries())
      runs.push(
        await store.transaction((registry) =>
          startRun(registry, queue, flow, {
            pipeline: this.pipeline,
            config: { ...config },
            seeds: config.seed,
            priority: priorities[i] ?? 0,
          }),
        ),
      );
    await queue.close();
    await store.close();
    return runs;
  }

  /** @param prefix a command that runs it, such as one that enters another network */
  worker(prefix: readonly string[] = [], url = this.url): ChildProcess {
    const args = ['--import', 'tsx', '--conditions=@trainyard/source', script, this.folder, this.pipeline];
    const [file, ...rest] = [...prefix, process.execPath, ...args, ...(url ? [url] : [])];
    const worker = spawn(file!, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [worker.stdout!, worker.stderr!])
      stream.on('data', (data: Buffer) => {
        this.output += data;
        this.#said.set(worker, (this.#said.get(worker) ?? '') + data);
      });
    this.#workers.add(worker);
    worker.once('exit', () => this.#workers.delete(worker));
    return worker;
  }

  /** Asks the store again and again, through whichever process has it. */
  async until<T>(ask: (store: Store) => Promise<T | undefined>, seconds = 120): Promise<T> {
    const end = performance.now() + seconds * 1000;
    while (performance.now() < end) {
      const store = await this.open().catch(() => undefined);
      try {
        const answer = store && (await ask(store));
        if (answer !== undefined) return answer;
      } catch (error) {
        if (performance.now() > end) throw error;
      } finally {
        await store?.close().catch(() => undefined);
      }
      await wait(300);
    }
    throw new Error(`not within ${seconds} s; the workers said:\n${this.output}`);
  }

  /** Waits until one worker has said something. */
  async untilSaid(worker: ChildProcess, pattern: RegExp, seconds = 60): Promise<void> {
    for (
      const end = performance.now() + seconds * 1000;
      !pattern.test(this.#said.get(worker) ?? '');
      await wait(50)
    )
      if (performance.now() > end) throw new Error(`it never said ${pattern}:\n${this.#said.get(worker)}`);
  }

  /** Waits until any worker has said something. */
  async untilOutput(pattern: RegExp, seconds = 60): Promise<void> {
    for (const end = performance.now() + seconds * 1000; !pattern.test(this.output); await wait(100))
      if (performance.now() > end)
        throw new Error(`nobody said ${pattern}; the workers said:\n${this.output}`);
  }

  async stop(): Promise<void> {
    const ended = [...this.#workers].map((worker) => once(worker, 'exit'));
    for (const worker of this.#workers) worker.kill('SIGTERM');
    await Promise.all(ended);
  }

  async remove(): Promise<void> {
    for (const worker of this.#workers) worker.kill('SIGKILL');
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
