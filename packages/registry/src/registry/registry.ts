import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import type { Queryable } from '../store/database.ts';
import { AliasRegistry } from './aliases.ts';
import { Checks } from './checks.ts';
import { type Dataset, Datasets } from './datasets.ts';
import { type Lineage, lineageOf } from './lineage.ts';
import { Runs } from './runs.ts';
import { Schedules } from './schedules.ts';
import { Stages } from './stages.ts';
import { Sweeps } from './sweeps.ts';
import { type VersionId, Versions } from './versions.ts';

export type { Dataset };

/** Everything that is recorded, over a database or over one transaction of it. */
export class Registry {
  readonly datasets: Datasets;
  readonly runs: Runs;
  readonly versions: Versions;
  readonly aliases: AliasRegistry;
  readonly stages: Stages;
  readonly schedules: Schedules;
  readonly checks: Checks;
  readonly sweeps: Sweeps;
  /** For statements of one's own, such as those of a queue that must be in the same transaction. */
  readonly database: Queryable;
  readonly artifacts: ArtifactStore;

  constructor(database: Queryable, artifacts: ArtifactStore) {
    this.database = database;
    this.artifacts = artifacts;
    this.datasets = new Datasets(database);
    this.runs = new Runs(database, artifacts);
    this.versions = new Versions(database, artifacts);
    this.aliases = new AliasRegistry(database);
    this.stages = new Stages(database);
    const registryOf = (scope: Queryable) => new Registry(scope, artifacts);
    this.schedules = new Schedules(database, registryOf);
    this.checks = new Checks(database);
    this.sweeps = new Sweeps(database, registryOf);
  }

  /** Where a version comes from: data, config, seeds and commit, back to the first run. @throws NotFoundError */
  lineage(version: VersionId): Promise<Lineage> {
    return lineageOf(this.database, version);
  }
}
