import { connect, type Socket } from 'node:net';
import { ConnectionError } from '../../errors.ts';
import { type Database, inSavepoint, type Queryable, type SqlValue } from '../database.ts';
import { onFrames, sendFrame } from './frames.ts';
import type { Answer, Request, SentError } from './messages.ts';

type Ask = (request: WithoutId) => Promise<readonly object[]>;
type WithoutId = Request extends infer R ? (R extends Request ? Omit<R, 'id'> : never) : never;

interface Waiting {
  readonly resolve: (rows: readonly object[]) => void;
  readonly reject: (error: Error) => void;
}

/**
 * A database that another process of this machine has open and shares.
 * @throws what the platform throws where nobody listens there, such as ENOENT and ECONNREFUSED
 */
export async function connectDatabase(address: string, name: string): Promise<Database> {
  const socket = await new Promise<Socket>((connected, failed) => {
    const made = connect(address, () => connected(made));
    made.once('error', failed);
  });
  const gone = () =>
    new ConnectionError(
      name,
      'the process that has it open',
      'it has ended',
      'open the store again: this process may then be its owner',
    );
  const waiting = new Map<number, Waiting>();
  let ended = false;
  let closed = false;
  let last = 0;
  socket.on('error', () => undefined);
  socket.on('close', () => {
    ended = true;
    for (const { reject } of waiting.values()) reject(gone());
    waiting.clear();
  });
  onFrames(socket, (message) => {
    const answer = message as Answer;
    const asked = waiting.get(answer.id);
    waiting.delete(answer.id);
    if (waiting.size === 0) socket.unref();
    if ('error' in answer) asked?.reject(received(answer.error));
    else asked?.resolve(answer.rows);
  });
  const ask = (request: WithoutId, id = ++last) =>
    new Promise<readonly object[]>((resolve, reject) => {
      if (ended || closed) return reject(gone());
      waiting.set(id, { resolve, reject });
      // A process that waits for no answer may end.
      socket.ref();
      sendFrame(socket, { ...request, id });
    });
  socket.unref();
  return {
    ...queryable(ask),
    native: { kind: 'shared', address },
    name,
    async transaction(work) {
      const number = ++last;
      await ask({ type: 'begin' }, number);
      const inside = scopeOf((request) => ask({ ...request, transaction: number } as WithoutId), 1);
      let result: Awaited<ReturnType<typeof work>>;
      try {
        result = await work(inside);
        // Fails where a statement did and `work` went on: a commit would then be a silent rollback.
        await inside.script('select');
      } catch (error) {
        await ask({ type: 'rollback', transaction: number }).catch(() => undefined);
        throw error;
      }
      await ask({ type: 'commit', transaction: number });
      return result;
    },
    async close() {
      if (closed) return;
      closed = true;
      await new Promise<void>((done) => {
        if (ended) return done();
        socket.once('close', () => done());
        socket.ref();
        socket.end();
        socket.destroySoon();
      });
    },
  };
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

/** What the owner lost, this process has lost as well. */
function received({ name, message, code }: SentError): Error {
  const lost = name === 'StoreLockedError' || name === 'ConnectionError';
  const error = lost ? (Object.create(ConnectionError.prototype) as ConnectionError) : new Error(message);
  Object.defineProperty(error, 'message', { value: message, configurable: true });
  if (!lost) Object.defineProperty(error, 'name', { value: name, configurable: true });
  return code === undefined ? error : Object.assign(error, { code });
}
