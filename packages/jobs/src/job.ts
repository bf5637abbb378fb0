import { createHash } from 'node:crypto';

/** What a job of the queue is about: one stage of a run. */
export interface StageJob {
  readonly run: string;
  /** The name of the run's flow: which code knows its stages. */
  readonly flow: string;
  readonly stage: string;
}

/**
 * The id of the job that follows a claim of its run, by that claim's token, 0 before the first: a UUID of version 8
 * (RFC 9562), of a digest. Who enqueues it twice, as after a commit whose answer was lost, finds one job; and no two
 * claims lead to the same one, however little came of the first.
 */
export function jobIdOf({ run, stage }: StageJob, token: number): string {
  const hex = createHash('sha256').update(`${run}\n${stage}\n${token}`).digest('hex').slice(0, 32);
  const digits = `${hex.slice(0, 12)}8${hex.slice(13, 16)}${((Number.parseInt(hex[16]!, 16) & 3) | 8).toString(16)}${hex.slice(17)}`;
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
