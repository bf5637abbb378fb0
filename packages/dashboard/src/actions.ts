import type { JobView } from '@trainyard/jobs';
import type { NewSchedule, VersionId } from '@trainyard/registry';

/**
 * What the dashboard may change. Whoever serves it gives these, so that a click does what the command does; each throws
 * an error whose message says what was wrong, which the page then shows.
 */
export interface DashboardActions {
  /** Names of the pipelines that can be retrained and scheduled here, in order. */
  pipelines(): Promise<readonly string[]>;
  /** Starts a retraining at once. @returns the id of its run */
  retrain(pipeline: string, options: { readonly start?: 'warm' | 'cold' }): Promise<string>;
  cancel(run: string, reason: string): Promise<void>;
  approve(version: VersionId, reason: string): Promise<void>;
  /** Says that a version is not to serve. */
  refuse(version: VersionId, reason: string): Promise<void>;
  /** @param over the champion that the page showed, null for none: when another one serves by now, nothing moves */
  promote(version: VersionId, reason: string, over: number | null): Promise<void>;
  /** @param from the champion that the page showed: when another one serves by now, nothing moves */
  rollback(model: string, reason: string, from: number): Promise<void>;
  /** Adds a schedule, or changes the one of that name. */
  putSchedule(schedule: NewSchedule): Promise<void>;
  pauseSchedule(pipeline: string, name: string, paused: boolean): Promise<void>;
  removeSchedule(pipeline: string, name: string): Promise<void>;
  /** Jobs that are not done. */
  jobs(): Promise<readonly JobView[]>;
}
