import { chmod, mkdir, rm, stat } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { ConnectionError, codeOf, messageOf } from '../../errors.ts';
import type { Database, Queryable } from '../database.ts';
import { onFrames, sendFrame } from './frames.ts';
import type { Answer, Request } from './messages.ts';

export interface SharedTimes {
  /** Milliseconds that a transaction may wait for its next statement: meanwhile nobody else gets a turn. */
  readonly idle: number;
}

interface OpenTransaction {
  readonly scope: Queryable;
  readonly end: (how: 'commit' | 'rollback') => void;
  touch(): void;
}

/**
 * Lets other processes of this user use an embedded database through this one. Their transactions take turns with this
 * process's own; one whose process dies or falls silent is rolled back.
 * @returns what ends it
 */
export async function serveDatabase(
  database: Database,
  address: string,
  { idle }: SharedTimes = { idle: 30_000 },
): Promise<() => Promise<void>> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    serveSocket(database, socket, idle);
  });
  const isFile = !address.startsWith('\\\\');
  if (isFile) await makePrivate(address);
  await new Promise<void>((listening, failed) => {
    server.once('error', failed);
    server.listen(address, () => listening());
  });
  if (isFile) await chmod(address, 0o600);
  return async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((closed) => server.close(closed));
    if (isFile) await rm(address, { force: true });
  };
}

/** The folder of a socket is this user's alone; a socket that a killed owner left goes. */
async function makePrivate(address: string): Promise<void> {
  const folder = dirname(address);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { uid } = await stat(folder);
  const own = process.getuid?.();
  if (own !== undefined && own !== 0 && uid !== own)
    throw new ConnectionError(folder, "a folder of this user's", 'one of another user', 'remove it');
  await rm(address, { force: true });
}

function serveSocket(database: Database, socket: Socket, idle: number): void {
  const open = new Map<number, OpenTransaction>();
  const answer = (message: Answer) => sendFrame(socket, message);
  onFrames(socket, (message) => {
    const request = message as Request;
    void handle(request).then(
      (rows) => rows && answer({ id: request.id, rows }),
      (error: unknown) => answer({ id: request.id, error: sent(error) }),
    );
  });
  socket.on('close', () => {
    for (const transaction of open.values()) transaction.end('rollback');
  });

  async function handle(request: Request): Promise<readonly object[] | undefined> {
    const { id, type, transaction: number } = request;
    if (type === 'begin') return begin(id);
    const transaction = number === undefined ? undefined : open.get(number);
    if (number !== undefined && !transaction)
      throw new ConnectionError(
        'shared store',
        'a transaction that is open',
        'one that was rolled back: it was silent for too long, or has ended',
        'begin again',
      );
    transaction?.touch();
    const scope = transaction?.scope ?? database;
    if (type === 'query') return scope.query(request.sql, request.parameters);
    if (type === 'script') return scope.script(request.sql);
    if (type !== 'commit' && type !== 'rollback') throw new Error(`no such request: ${String(type)}`);
    // `begin` answers, once the database has done it.
    ends.set(number!, id);
    transaction!.end(type);
    return undefined;
  }

  const ends = new Map<number, number>();

  /** Its number is that of the request that began it. */
  async function begin(number: number): Promise<undefined> {
    try {
      await database.transaction(async (scope) => {
        if (socket.destroyed) throw new RolledBack();
        await new Promise<void>((commit, fail) => {
          const silent = () => fail(new RolledBack());
          let timer = setTimeout(silent, idle);
          open.set(number, {
            scope,
            end(how) {
              clearTimeout(timer);
              open.delete(number);
              if (how === 'commit') commit();
              else fail(new RolledBack());
            },
            touch() {
              clearTimeout(timer);
              timer = setTimeout(silent, idle);
            },
          });
          answer({ id: number, rows: [] });
        });
      });
      finish(number);
    } catch (error) {
      if (error instanceof RolledBack) finish(number);
      else if (ends.has(number)) finish(number, error);
      else throw error;
    } finally {
      open.delete(number);
    }
    return undefined;
  }

  function finish(number: number, error?: unknown): void {
    const id = ends.get(number);
    ends.delete(number);
    if (id !== undefined) answer(error === undefined ? { id, rows: [] } : { id, error: sent(error) });
  }
}

class RolledBack extends Error {}

function sent(error: unknown) {
  const code = codeOf(error);
  return {
    name: error instanceof Error ? error.name : 'Error',
    message: messageOf(error),
    ...(code !== undefined && { code }),
  };
}
