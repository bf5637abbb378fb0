import { createServer, type Socket } from 'node:net';
import type { Database } from '../database.ts';
import { preparePrivate, removeAddress } from './address.ts';
import { maxBytes, onFrames, sendFrame } from './frames.ts';
import { type Answer, isRequest, type Request, sentError } from './messages.ts';
import { type ServedTransaction, serveTransaction, silent } from './serve-transaction.ts';

export interface SharedLimits {
  /** Milliseconds that a transaction may wait for its next statement (30,000): meanwhile nobody else gets a turn. */
  readonly idle?: number;
  /** Bytes of a statement with its parameters, and of a result, at most (256 MiB). */
  readonly bytes?: number;
}

/**
 * Lets other processes of this user use an embedded database through this one. Their transactions take turns with this
 * process's own; one whose process dies or falls silent is rolled back. It keeps no process from ending.
 * @returns what ends it
 */
export async function serveDatabase(
  database: Database,
  address: string,
  { idle = 30_000, bytes = maxBytes }: SharedLimits = {},
): Promise<() => Promise<void>> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    socket.unref();
    serveSocket(database, socket, idle, bytes);
  });
  await preparePrivate(address);
  await new Promise<void>((listening, failed) => {
    server.once('error', failed);
    server.listen(address, () => listening());
  });
  server.unref();
  return async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((closed) => server.close(closed));
    await removeAddress(address);
  };
}

function serveSocket(database: Database, socket: Socket, idle: number, bytes: number): void {
  const transactions = new Map<number, ServedTransaction>();
  /** Whoever doesn't read its answers is not read either, so that they don't pile up here. */
  const answer = (message: Answer) => {
    sendFrame(socket, message, bytes);
    if (!socket.writableNeedDrain || socket.isPaused()) return;
    socket.pause();
    socket.once('drain', () => socket.resume());
  };
  socket.on('close', () => {
    for (const transaction of transactions.values()) transaction.end('rollback').catch(() => undefined);
  });
  onFrames(
    socket,
    (message) => {
      if (!isRequest(message) || (message.type === 'begin' && transactions.has(message.id)))
        throw new Error('not a request');
      const { id } = message;
      handle(message)
        .then((rows) => answer({ id, rows }))
        .catch((error: unknown) => answer({ id, error: sentError(error) }))
        .catch(() => socket.destroy());
    },
    bytes,
  );

  async function handle(request: Request): Promise<readonly object[]> {
    if (request.type === 'begin') {
      await begin(request.id);
      return [];
    }
    const transaction = request.transaction === undefined ? undefined : openOne(request.transaction);
    switch (request.type) {
      case 'query':
        return (transaction ?? database).query<object>(request.sql, request.parameters);
      case 'script':
        return (transaction ?? database).script(request.sql);
      default:
        await transaction?.end(request.type);
        return [];
    }
  }

  /** Its number is that of the request that began it. */
  async function begin(number: number): Promise<void> {
    const transaction = serveTransaction(database, idle);
    transactions.set(number, transaction);
    void transaction.over.then(() => transactions.delete(number));
    await transaction.begun;
  }

  function openOne(number: number): ServedTransaction {
    const transaction = transactions.get(number);
    if (transaction) return transaction;
    throw silent(database.name, idle);
  }
}
