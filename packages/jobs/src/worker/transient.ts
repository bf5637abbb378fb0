import { setTimeout as wait } from 'node:timers/promises';
import { ConnectionError } from '@trainyard/registry';

const codes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  // Of PostgreSQL: the server stops, or starts.
  '57P01',
  '57P02',
  '57P03',
  '53300',
]);

/** Whether an error says that the database can't be reached just now, rather than that it refused. */
export function isTransient(error: unknown): boolean {
  if (error instanceof ConnectionError) return true;
  if (!(error instanceof Error)) return false;
  const { code } = error as Error & { code?: string };
  if (code && (codes.has(code) || code.startsWith('08'))) return true;
  return /connection terminated|timeout exceeded when trying to connect|Connection ended|PGlite is closed/i.test(
    error.message,
  );
}

/** Runs `work` again while the database can't be reached: for `seconds`, or until the signal fires. */
export async function persist<T>(work: () => Promise<T>, seconds: number, signal?: AbortSignal): Promise<T> {
  const end = performance.now() + seconds * 1000;
  for (let pause = 200; ; pause = Math.min(pause * 2, 5000)) {
    try {
      return await work();
    } catch (error) {
      if (!isTransient(error) || performance.now() > end || signal?.aborted) throw error;
      await wait(pause * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => undefined);
    }
  }
}
