import type { Queryable } from '../store/database.ts';
import type { Dataset } from './datasets.ts';
import { type Run, runColumns } from './run.ts';
import { getVersion, type Version, type VersionId } from './versions.ts';

/** A run, and what it was made from and into. */
export interface Ancestor {
  readonly run: Run;
  readonly dataset: Dataset | undefined;
  /** What was registered of it. */
  readonly versions: readonly (VersionId & { readonly bundle: string })[];
}

export interface Lineage {
  readonly version: Version;
  /** The version's run, the run that one started from, and so on to the first. */
  readonly ancestors: readonly Ancestor[];
}

interface AncestorRow extends Run {
  readonly datasetRow: (Omit<Dataset, 'created'> & { readonly created: string }) | null;
  readonly versions: Ancestor['versions'];
}

/** Where a version comes from: data, config, seeds and commit, back to the first run. @throws NotFoundError */
export async function lineageOf(database: Queryable, id: VersionId): Promise<Lineage> {
  const version = await getVersion(database, id);
  const rows = await database.query<AncestorRow>(
    `with recursive line as (
       select r.*, 0 as distance from trainyard.runs r where r.id = $1
       union all
       select r.*, line.distance + 1 from trainyard.runs r join line on r.id = line.parent
     )
     select ${runColumns},
       (select to_json(d) from trainyard.datasets d where d.digest = line.dataset) as "datasetRow",
       (select coalesce(json_agg(json_build_object('model', v.model, 'version', v.version, 'bundle', v.bundle)
          order by v.model collate "C", v.version), '[]'::json)
        from trainyard.versions v where v.run = line.id) as versions
     from line order by distance`,
    [version.run],
  );
  const ancestors = rows.map(
    ({ datasetRow, versions, ...run }): Ancestor => ({
      run,
      dataset: datasetRow ? { ...datasetRow, created: new Date(datasetRow.created) } : undefined,
      versions,
    }),
  );
  return { version, ancestors };
}
