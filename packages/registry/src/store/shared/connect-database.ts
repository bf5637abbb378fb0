import { connect, type Socket } from 'node:net';
import { ConnectionError, InputError } from '../../errors.ts';
import { type Database, inSavepoint, type Queryable, type SqlValue } from '../database.ts';
import { checkPrivate } from './address.ts';
import { onFrames, sendFrame } from './frames.ts';
import type { Answer, Request, SentError } from './messages.ts';

type WithoutId<R> = R extends Request ? Omit<R, 'id'> : never;
type Ask = (request: WithoutId<Request>, id?: number) => Promise<readonly object[]>;

/**
 * A database that another process of this machine has open and shares. When that one ends, what waits for an answer,
 * and all that is asked later, fails with ConnectionError. It keeps no process from ending that waits for no answer.
 * @throws ConnectionError where others could listen there, and what the platform throws where nobody does, such as
 * ENOENT and ECONNREFUSED
 */
export async function connectDatabase(address: string, name: string): Promise<Database> {
  const socket = await new Promise<Socket>((connected, failed) => {
    const made = connect(address, () => connected(made));
    made.once('error', failed);
  });
  const { ask, next } = asker(socket, name);
  try {
    await checkPrivate(address);
  } catch (error) {
    socket.destroy();
    throw error;
  }
  let closing: Promise<void> | undefined;
  return {
    ...queryable(ask),
    native: { kind: 'shared', address },
    name,
    async transaction(work) {
      // Its number is that of the request that begins it.
      const transaction = next();
      await ask({ type: 'begin' }, transaction);
      let result: Awaited<ReturnType<typeof work>>;
      try {
        result = await work(scopeOf((request) => ask({ ...request, transaction }), 1));
      } catch (error) {
        await ask({ type: 'rollback', transaction }).catch(() => undefined);
        throw error;
      }
      await ask({ type: 'commit', transaction });
      return result;
    },
    close() {
      closing ??= new Promise((done) => {
        if (socket.closed) return done();
        socket.once('close', () => done());
        socket.ref();
        socket.destroy();
      });
      return closing;
    },
  };
}

interface Waiting {
  readonly resolve: (rows: readonly object[]) => void;
  readonly reject: (error: Error) => void;
}

/** Sends requests, numbered by `next`, and gives each its answer. */
function asker(socket: Socket, name: string): { ask: Ask; next: () => number } {
  const waiting = new Map<number, Waiting>();
  let last = 0;
  const next = () => ++last;
  const gone = () =>
    new ConnectionError(
      name,
      'the process that has it open',
      'none: it has ended, or this one has closed the store, and what was under way is done or not',
      'open the store again: this process may then be its owner',
    );
  const settle = (id: number): Waiting | undefined => {
    const one = waiting.get(id);
    waiting.delete(id);
    if (waiting.size === 0) socket.unref();
    return one;
  };
  socket.unref();
  socket.on('error', () => undefined);
  socket.on('close', () => {
    for (const id of [...waiting.keys()]) settle(id)?.reject(gone());
  });
  onFrames(socket, (message) => {
    const answer = message as Answer;
    const asked = settle(answer.id);
    if ('error' in answer) asked?.reject(received(name, answer.error));
    else asked?.resolve(answer.rows);
  });
  const ask: Ask = (request, id = next()) =>
    new Promise((resolve, reject) => {
      if (!socket.writable) return reject(gone());
      sendFrame(socket, { ...request, id });
      waiting.set(id, { resolve, reject });
      socket.ref();
    });
  return { ask, next };
}

const queryable = (ask: Ask): Pick<Queryable, 'query' | 'script'> => ({
  query: async <Row extends object>(sql: string, parameters: readonly SqlValue[] = []) =>
    (await ask({ type: 'query', sql, parameters: [...parameters] })) as Row[],
  script: async (sql) => (await ask({ type: 'script', sql })) as Record<string, unknown>[],
});

function scopeOf(ask: Ask, depth: number): Queryable {
  const { query, script } = queryable(ask);
  return {
    query,
    script,
    transaction: (work) => inSavepoint(script, depth, () => work(scopeOf(ask, depth + 1))),
  };
}

/** What the owner lost, this process has lost as well; else the database's own error. */
function received(name: string, { name: kind, message, fields }: SentError): Error {
  if (kind === 'StoreLockedError' || kind === 'ConnectionError')
    return new ConnectionError(name, 'an owner that answers', message);
  if (kind === 'InputError') return new InputError(name, 'what the owner takes', message);
  const error = new Error(message);
  Object.defineProperty(error, 'name', { value: kind, configurable: true, writable: true });
  return Object.assign(error, fields);
}
