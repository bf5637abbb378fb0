import { runs } from './0001-runs.ts';
import { models } from './0002-models.ts';
import { jobs } from './0003-jobs.ts';
import type { Migration } from './migration.ts';

export type { Migration } from './migration.ts';

/** All steps of the schema, the oldest first. */
export const migrations: readonly Migration[] = [runs, models, jobs];
