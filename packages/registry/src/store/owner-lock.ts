import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { codeOf, StoreLockedError } from '../errors.ts';
import { livenessOf, ownIdentity, type ProcessIdentity } from './process-identity.ts';

/** Who holds a lock. An id is never used twice. */
interface Owner extends ProcessIdentity {
  readonly id: string;
  readonly since: string;
  /** Where other processes of its machine may use what it owns through it; not given where they may not. */
  readonly address?: string;
}

export interface OwnerLock {
  /** @throws StoreLockedError where another process has taken over, since this one was silent for too long */
  check(): Promise<void>;
  release(): Promise<void>;
}

export interface LockTimes {
  /** Milliseconds between signs of life, for owners of other machines and containers. */
  readonly beat: number;
  /** Milliseconds without one after which such an owner is taken for dead. */
  readonly silence: number;
}

const times: LockTimes = { beat: 5_000, silence: 60_000 };

/**
 * One owner of a folder at a time. The lock of a process that has died is taken over: on the same machine that is
 * known by its number and its start, elsewhere by its silence.
 *
 * The file appears with its content at once, by a hard link. A dead owner's file is removed by whoever holds a lock
 * of its own, named by that owner's id, which never comes back: so nobody removes the file of the next owner, however
 * long it was held up since it read the old one.
 * @throws StoreLockedError, naming the owner, when one lives
 */
export async function lockFolder(
  file: string,
  { beat, silence }: LockTimes = times,
  { address }: { readonly address?: string } = {},
): Promise<OwnerLock> {
  await mkdir(dirname(file), { recursive: true });
  const own = await acquire(file, silence, address);
  await removeLeftovers(file);
  let seen = performance.now();
  const timer = setInterval(async () => {
    const now = new Date();
    if ((await readOwner(file).catch(() => undefined))?.id !== own.id) return;
    await utimes(file, now, now).then(
      () => {
        seen = performance.now();
      },
      () => undefined,
    );
  }, beat);
  timer.unref();
  return {
    async check() {
      // Whoever was silent for less can't have been taken for dead.
      if (performance.now() - seen < silence / 2) return;
      if ((await readOwner(file))?.id !== own.id)
        throw new StoreLockedError(
          dirname(file),
          'this process to be its owner still',
          'another one: this one gave no sign of life',
          'open the store again',
        );
      const now = new Date();
      await utimes(file, now, now);
      seen = performance.now();
    },
    async release() {
      clearInterval(timer);
      if ((await readOwner(file).catch(() => undefined))?.id === own.id) await rm(file, { force: true });
    },
  };
}

/** The owner, as far as whoever wants to use what it owns must know; undefined where there is none by now. */
export const ownerOf = (file: string): Promise<{ readonly address?: string } | undefined> => readOwner(file);

async function acquire(file: string, silence: number, address?: string): Promise<Owner> {
  const own: Owner = {
    ...(await ownIdentity()),
    id: randomUUID(),
    since: new Date().toISOString(),
    ...(address !== undefined && { address }),
  };
  while (!(await tryCreate(file, own))) {
    const holder = await readOwner(file);
    if (!holder) continue;
    if (await isAlive(file, holder, silence)) throw locked(file, holder);
    await removeDead(file, holder, silence);
  }
  return own;
}

/** Removes the file of a dead owner, once, whoever else is about to. */
async function removeDead(file: string, dead: Owner, silence: number): Promise<void> {
  const takeover = `${file}.${dead.id}`;
  let own: Owner;
  try {
    own = await acquire(takeover, silence);
  } catch (error) {
    if (!(error instanceof StoreLockedError)) throw error;
    return void (await wait(5));
  }
  if ((await readOwner(file))?.id === dead.id) await rm(file, { force: true });
  if ((await readOwner(takeover))?.id === own.id) await rm(takeover, { force: true });
}

/** Removes what processes left that died while they made a lock: that takes a moment, not a minute. */
async function removeLeftovers(file: string): Promise<void> {
  for (const name of await readdir(dirname(file))) {
    if (!name.startsWith(`${basename(file)}.`) || !name.endsWith('.tmp')) continue;
    const left = join(dirname(file), name);
    const changed = await changedAt(left);
    if (changed !== undefined && Date.now() - changed > 60_000) await rm(left, { force: true });
  }
}

async function tryCreate(file: string, owner: Owner): Promise<boolean> {
  const temporary = `${file}.${owner.id}.tmp`;
  try {
    const handle = await open(temporary, 'wx');
    try {
      await handle.writeFile(JSON.stringify(owner));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await link(temporary, file);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Undefined where there is no such file. @throws StoreLockedError where it is none of ours */
async function readOwner(file: string): Promise<Owner | undefined> {
  try {
    const { id, pid, started, host, boot, namespace, since, address } = JSON.parse(
      await readFile(file, 'utf8'),
    );
    if (/^[0-9a-f-]{36}$/.test(id) && Number.isSafeInteger(pid))
      return {
        ...{ id, pid, started, host, boot, namespace, since },
        ...(typeof address === 'string' && { address }),
      };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    if (codeOf(error) !== undefined) throw error;
  }
  throw new StoreLockedError(
    file,
    'the lock of a store',
    'something else',
    'remove it when no command is at work',
  );
}

async function isAlive(file: string, owner: Owner, silence: number): Promise<boolean> {
  const liveness = await livenessOf(owner);
  if (liveness !== 'unknown') return liveness === 'alive';
  const first = await changedAt(file);
  for (const until = performance.now() + silence; performance.now() < until; ) {
    await wait(silence / 100);
    const now = await changedAt(file);
    if (now === undefined) return false;
    if (now !== first) return true;
  }
  return false;
}

const changedAt = (file: string): Promise<number | undefined> =>
  stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  );

function locked(file: string, { pid, host, since }: Owner): StoreLockedError {
  const who =
    pid === process.pid ? 'this process has it open already' : `process ${pid} on ${host} has had it open`;
  return new StoreLockedError(
    dirname(file),
    'a store that no other process has open',
    `${who} since ${since}`,
    'wait until it has ended, or use PostgreSQL: set TRAINYARD_DATABASE_URL',
  );
}
