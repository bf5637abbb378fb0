/** Bytes that outlive the page, in Cache Storage; where there is none, or it is full, nothing is kept. */
export interface Store {
  get(key: string): Promise<Stored | undefined>;
  /** Never throws: what can't be kept comes again the next time. */
  put(key: string, bytes: Uint8Array, note?: string): Promise<void>;
  delete(key: string): Promise<void>;
}

export interface Stored {
  readonly bytes: Uint8Array;
  /** What `put` was given. */
  readonly note: string | null;
}

const cacheName = 'trainyard';
const noteHeader = 'x-trainyard-note';

// Entries of Cache Storage are addresses; `.invalid` is nobody's.
const addressOf = (key: string): string => `https://trainyard.invalid/${encodeURIComponent(key)}`;

/** @returns undefined in a page that has no Cache Storage: an insecure one, or one in a sandbox */
export async function openStore(warn: (message: string) => void): Promise<Store | undefined> {
  const cache = await globalThis.caches?.open(cacheName).catch(() => undefined);
  if (!cache) return undefined;
  return {
    async get(key) {
      const response = await cache.match(addressOf(key)).catch(() => undefined);
      if (!response) return undefined;
      try {
        return {
          bytes: new Uint8Array(await response.arrayBuffer()),
          note: response.headers.get(noteHeader),
        };
      } catch {
        return undefined;
      }
    },
    async put(key, bytes, note) {
      const headers: HeadersInit = note === undefined ? {} : { [noteHeader]: note };
      try {
        await cache.put(addressOf(key), new Response(bytes as Uint8Array<ArrayBuffer>, { headers }));
      } catch (error) {
        warn(`not kept for the next visit: ${error instanceof Error ? error.message : error}`);
      }
    },
    async delete(key) {
      await cache.delete(addressOf(key)).catch(() => false);
    },
  };
}
