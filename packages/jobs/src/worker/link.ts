import type { Store } from '@trainyard/registry';
import { Queue } from '../queue.ts';

export interface Linked {
  readonly store: Store;
  readonly queue: Queue;
}

export interface LinkOptions {
  readonly open: () => Promise<Store>;
  /** Their queues are made. */
  readonly pipelines: readonly string[];
  readonly onError: (error: Error) => void;
}

/** A worker's store and queue, opened when they are first asked for, and again where that failed. */
export class Link {
  readonly #options: LinkOptions;
  #linked: Promise<Linked> | undefined;

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  get(): Promise<Linked> {
    this.#linked ??= this.#open().catch((error) => {
      this.#linked = undefined;
      throw error;
    });
    return this.#linked;
  }

  /** Runs `work` with store and queue. */
  async use<T>(work: (linked: Linked) => Promise<T>): Promise<T> {
    return work(await this.get());
  }

  async close(): Promise<void> {
    const pending = this.#linked;
    this.#linked = undefined;
    const linked = await pending?.catch(() => undefined);
    if (linked) await close(linked);
  }

  async #open(): Promise<Linked> {
    const { open, pipelines, onError } = this.#options;
    const store = await open();
    try {
      const queue = await Queue.open(store.database, { supervise: true, onError });
      for (const pipeline of pipelines) await queue.ensure(pipeline);
      return { store, queue };
    } catch (error) {
      await store.close();
      throw error;
    }
  }
}

async function close({ store, queue }: Linked): Promise<void> {
  await queue.close().catch(() => undefined);
  await store.close().catch(() => undefined);
}
