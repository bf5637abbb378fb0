import { NotFoundError, StaleTokenError } from '../errors.ts';
import { checkId, checkWhole, quote } from '../names.ts';
import type { Queryable } from '../store/database.ts';

/**
 * Keeps a run for the worker that has it, to the end of the transaction.
 * @throws StaleTokenError when another worker has it, or it has ended
 */
export async function holdRun(scope: Queryable, id: string, token: number): Promise<void> {
  const [run] = await scope.query<{ status: string; token: number; worker: string | null }>(
    'select status, token, worker from trainyard.runs where id = $1 for update',
    [checkId('run', id)],
  );
  if (!run) throw new NotFoundError(`run ${id}`, 'a run of this store', 'none');
  if (run.token === checkWhole(`run ${id}, token`, token) && run.status === 'running') return;
  throw new StaleTokenError(
    `run ${id}`,
    run.status === 'running' ? `token ${run.token}, of ${quote(run.worker)}` : 'a run at work',
    run.status === 'running' ? `token ${token}, of a worker before it` : `one that is ${run.status}`,
    'drop what this worker has: it no longer has the run',
  );
}
