import { ConnectionError, type Store, StoreLockedError } from '@trainyard/registry';
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

/**
 * A worker's store and queue. On PostgreSQL they heal by themselves; an embedded store that is shared by another
 * process ends with that one, and is opened again.
 */
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

  /** Runs `work` with store and queue; where they are lost by then, the next call opens them again. */
  async use<T>(work: (linked: Linked) => Promise<T>): Promise<T> {
    const pending = this.get();
    const linked = await pending;
    try {
      return await work(linked);
    } catch (error) {
      if (isLost(error, linked) && this.#linked === pending) {
        this.#linked = undefined;
        void close(linked);
      }
      throw error;
    }
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

/** PostgreSQL's pool makes new connections by itself. */
const isLost = (error: unknown, { store }: Linked): boolean =>
  store.database.native.kind !== 'postgres' &&
  (error instanceof ConnectionError || error instanceof StoreLockedError);

async function close({ store, queue }: Linked): Promise<void> {
  await queue.close().catch(() => undefined);
  await store.close().catch(() => undefined);
}
