import { NotFoundError, StaleTokenError } from '../errors.ts';
import { checkId, checkWhole, quote } from '../names.ts';
import type { Queryable } from '../store/database.ts';
import type { Run } from './run.ts';

type Holder = Pick<Run, 'status' | 'token' | 'worker'>;

/** Keeps a run from changing to the end of the transaction. @throws NotFoundError */
export async function lockRun(scope: Queryable, id: string): Promise<Holder> {
  const [run] = await scope.query<Holder>(
    'select status, token, worker from trainyard.runs where id = $1 for update',
    [checkId('run', id)],
  );
  return run ?? noRun(id);
}

/**
 * Keeps a run for the worker that has it, to the end of the transaction.
 * @throws StaleTokenError when another worker has it, or it has ended
 */
export async function holdRun(scope: Queryable, id: string, token: number): Promise<void> {
  checkWhole(`run ${checkId('run', id)}, token`, token);
  const run = await lockRun(scope, id);
  if (run.token !== token || run.status !== 'running') staleToken(id, token, run);
}

/** What a worker is told that no longer has its run. */
export function staleToken(id: string, token: number, run: Holder): never {
  throw new StaleTokenError(
    `run ${id}`,
    run.status === 'running' ? `token ${run.token}, of ${quote(run.worker)}` : 'a run at work',
    run.status === 'running' ? `token ${token}, of a worker before it` : `one that is ${run.status}`,
    'drop what this worker has: it no longer has the run',
  );
}

export function noRun(id: string): never {
  throw new NotFoundError(`run ${id}`, 'a run of this store', 'none');
}
