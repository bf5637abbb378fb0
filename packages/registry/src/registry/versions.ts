import type { Artifact, ArtifactStore } from '../artifacts/artifact-store.ts';
import { ArtifactError, ConflictError, InputError, NotFoundError, StaleTokenError } from '../errors.ts';
import { canonicalJson, type JsonObject } from '../json.ts';
import { checkDigest, checkFileName, checkId, checkName, checkWhole, quote } from '../names.ts';
import { only, type Queryable } from '../store/database.ts';
import { holdArtifact } from './put-referenced.ts';
import { type Run, runColumns } from './run.ts';

/** A version of a model: `{ model: 'digits', version: 3 }`. */
export interface VersionId {
  readonly model: string;
  readonly version: number;
}

export interface VersionFile extends Artifact {
  readonly name: string;
}

export interface NewVersion {
  readonly model: string;
  /** The digest of the bundle's manifest: the identity of what is deployed. */
  readonly bundle: string;
  readonly run: string;
  /** Where the run is still at work, its worker's token: a worker that lost it can't register. */
  readonly token?: number;
  /** Digest of the recorded dataset that `metrics` are of; the run's unless given. */
  readonly dataset?: string;
  readonly metrics: JsonObject;
  /** The bundle's files by name, as the store of artifacts gave them. */
  readonly files?: Readonly<Record<string, Artifact>>;
}

export interface Version extends VersionId {
  readonly bundle: string;
  readonly run: string;
  readonly dataset: string | null;
  readonly metrics: JsonObject;
  /** By name. */
  readonly files: readonly VersionFile[];
  readonly created: Date;
}

/** Columns of a version `v`, whole with its files, under their names here. */
export const versionColumns = `v.model, v.version, v.bundle, v.run, v.dataset, v.metrics, v.created,
  (select coalesce(json_agg(json_build_object('name', f.name, 'digest', f.artifact, 'bytes', a.bytes)
     order by f.name collate "C"), '[]'::json)
   from trainyard.version_files f join trainyard.artifacts a on a.digest = f.artifact
   where f.model = v.model and f.version = v.version) as files`;

export class Versions {
  readonly #database: Queryable;
  readonly #artifacts: ArtifactStore;

  constructor(database: Queryable, artifacts: ArtifactStore) {
    this.#database = database;
    this.#artifacts = artifacts;
  }

  /**
   * Registers a bundle as the next version of a model, which is made if it is the first. A bundle that the model has
   * already is the version it was, so that a job may be done again.
   * @throws StaleTokenError, ConflictError, NotFoundError, ArtifactError
   */
  async register(version: NewVersion): Promise<Version> {
    const { model, bundle, run, metrics, files = {} } = version;
    const where = `model ${checkName('model', model)}`;
    checkDigest(`${where}, bundle`, bundle);
    checkId(`${where}, run`, run);
    const metricsJson = canonicalJson(`${where}, metrics`, metrics);
    for (const [name, file] of Object.entries(files)) {
      checkFileName(`${where}, files`, name);
      checkDigest(`${where}, ${name}`, file.digest);
      checkWhole(`${where}, ${name}`, file.bytes);
    }
    requireFolders(where, Object.keys(files));
    return this.#database.transaction(async (scope) => {
      const runDataset = await this.#requireRun(scope, where, version);
      await scope.query('insert into trainyard.models (name) values ($1) on conflict do nothing', [model]);
      await scope.query('select 1 from trainyard.models where name = $1 for update', [model]);
      const known = await findVersion(scope, 'v.model = $1 and v.bundle = $2', [model, bundle]);
      if (known) return requireSameFiles(where, known, files);
      const { next } = only(
        await scope.query<{ next: number }>(
          'update trainyard.models set versions = versions + 1 where name = $1 returning versions as next',
          [model],
        ),
      );
      await scope.query(
        `insert into trainyard.versions (model, version, bundle, run, dataset, metrics)
         values ($1, $2, $3, $4, $5, $6::text::jsonb)`,
        [model, next, bundle, run, await datasetOf(scope, where, version, runDataset), metricsJson],
      );
      for (const [name, artifact] of Object.entries(files)) {
        if (!(await holdArtifact(scope, this.#artifacts, artifact)))
          throw new ArtifactError(
            `${where}, ${name}`,
            `the artifact ${artifact.digest}`,
            'none',
            'put it first',
          );
        await scope.query(
          'insert into trainyard.version_files (model, version, name, artifact) values ($1, $2, $3, $4)',
          [model, next, name, artifact.digest],
        );
      }
      return getVersion(scope, { model, version: next });
    });
  }

  /** @throws NotFoundError */
  async get(id: VersionId): Promise<Version> {
    return getVersion(this.#database, id);
  }

  /** By the digest of its bundle; undefined where the model has no such version. */
  async find(model: string, bundle: string): Promise<Version | undefined> {
    return findVersion(this.#database, 'v.model = $1 and v.bundle = $2', [
      checkName('model', model),
      checkDigest('bundle', bundle),
    ]);
  }

  /** The newest first. */
  async list(model: string, { limit = 100 }: { readonly limit?: number } = {}): Promise<Version[]> {
    return this.#database.query<Version>(
      `select ${versionColumns} from trainyard.versions v where v.model = $1 order by v.version desc limit $2`,
      [checkName('model', model), checkWhole('versions limit', limit, 1)],
    );
  }

  /** Names of all models, in order. */
  async models(): Promise<string[]> {
    const rows = await this.#database.query<{ name: string }>(
      'select name from trainyard.models order by name collate "C"',
    );
    return rows.map(({ name }) => name);
  }

  /** Locks the run to the end of the transaction. @returns its dataset */
  async #requireRun(scope: Queryable, where: string, { run: id, token }: NewVersion): Promise<string | null> {
    const [run] = await scope.query<Run>(
      `select ${runColumns} from trainyard.runs where id = $1 for update`,
      [id],
    );
    if (!run) throw new NotFoundError(where, `the run ${id}`, 'none', 'create it first');
    if (token === undefined && run.status !== 'succeeded')
      throw new ConflictError(
        where,
        'a run that has succeeded',
        `run ${id}, which is ${run.status}`,
        "complete it, or give its worker's token",
      );
    // A job that is done again may come after the end of its run.
    const atWork = run.status === 'running' || run.status === 'succeeded';
    if (token !== undefined && (run.token !== token || !atWork))
      throw new StaleTokenError(
        where,
        `token ${run.token} of run ${id}, at work`,
        `token ${token}, and the run is ${run.status}`,
        'drop what this worker has: it no longer has the run',
      );
    return run.dataset;
  }
}

/** @throws NotFoundError */
export async function getVersion(scope: Queryable, { model, version }: VersionId): Promise<Version> {
  checkName('model', model);
  checkWhole(`version of ${model}`, version, 1);
  const found = await findVersion(scope, 'v.model = $1 and v.version = $2', [model, version]);
  if (found) return found;
  throw new NotFoundError(`model ${model}`, `version ${version}`, 'none', 'register it first');
}

async function findVersion(scope: Queryable, condition: string, values: readonly (string | number)[]) {
  const [version] = await scope.query<Version>(
    `select ${versionColumns} from trainyard.versions v where ${condition}`,
    values,
  );
  return version;
}

async function datasetOf(scope: Queryable, where: string, { dataset }: NewVersion, ofRun: string | null) {
  if (dataset === undefined) return ofRun;
  const found = await scope.query('select 1 from trainyard.datasets where digest = $1', [
    checkDigest(`${where}, dataset`, dataset),
  ]);
  if (found.length === 1) return dataset;
  throw new NotFoundError(where, `the dataset ${dataset}`, 'none', 'record it first');
}

function requireSameFiles(where: string, known: Version, files: Readonly<Record<string, Artifact>>): Version {
  const same =
    Object.keys(files).length === known.files.length &&
    known.files.every(({ name, digest }) => Object.hasOwn(files, name) && files[name].digest === digest);
  if (same) return known;
  throw new ConflictError(
    where,
    `the files of version ${known.version}, of the same bundle`,
    'others',
    'a bundle is known by its manifest, which names its files by their digests: package it again',
  );
}

/** No file may stand where another one's folder is, on file systems that ignore case too. */
function requireFolders(where: string, names: readonly string[]): void {
  const taken = new Map(names.map((name) => [name.toLowerCase(), name]));
  if (taken.size < names.length)
    throw new InputError(where, 'names that differ by more than case', quote(names));
  for (const name of names)
    for (let at = name.indexOf('/'); at > 0; at = name.indexOf('/', at + 1)) {
      const file = taken.get(name.slice(0, at).toLowerCase());
      if (file !== undefined)
        throw new InputError(where, `no file in ${file}, which is one itself`, quote(name));
    }
}
