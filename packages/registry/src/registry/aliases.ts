import { ConflictError, NotFoundError } from '../errors.ts';
import { checkName, checkWhole } from '../names.ts';
import { only, type Queryable } from '../store/database.ts';
import {
  type AliasName,
  type AliasState,
  aliasesOf,
  aliasNames,
  challenged,
  promoted,
  refused,
  rolledBack,
} from './alias-state.ts';
import {
  type CheckedReasons,
  checkReasons,
  type Decision,
  type DecisionKind,
  decisionColumns,
  madeBefore,
  type Reasons,
  recordDecision,
} from './decisions.ts';
import { getVersion, type Version, type VersionId, versionColumns } from './versions.ts';

/** The aliases of a model at one moment, each with its whole version. */
export interface Aliases {
  readonly model: string;
  /** Counts the moves of its aliases. */
  readonly generation: number;
  readonly champion: Version | undefined;
  readonly challenger: Version | undefined;
  readonly previous: Version | undefined;
}

export interface AliasChange {
  readonly generation: number;
  readonly alias: AliasName;
  readonly from: number | null;
  readonly to: number | null;
  /** The number of the decision that moved it. */
  readonly decision: number;
  readonly created: Date;
}

export interface Moved {
  readonly decision: Decision;
  readonly aliases: Aliases;
}

export interface PromoteOptions extends Reasons {
  /** The champion that it was compared with, null for none: when another one serves by now, nothing moves. */
  readonly over?: number | null;
  /** Only where somebody approved of the version, and nobody refused it since. */
  readonly approved?: boolean;
}

export interface RollbackOptions extends Reasons {
  /** The champion to roll back from: when another one serves by now, nothing moves. */
  readonly from?: number;
}

/** A decision to be made: which, and how it moves the aliases. */
interface Move {
  readonly model: string;
  readonly kind: DecisionKind;
  /** Undefined for a rollback: it is about whoever is champion. */
  readonly version?: number;
  readonly reasons: Reasons;
  /** @throws ConflictError where the state forbids it */
  readonly next: (state: AliasState, scope: Queryable) => AliasState | Promise<AliasState>;
}

/**
 * Who serves, and why. All moves of a model's aliases come one after the other, each in one transaction with its
 * decision, and a read is one statement: so it sees the state between two moves.
 */
export class AliasRegistry {
  readonly #database: Queryable;

  constructor(database: Queryable) {
    this.#database = database;
  }

  /** @throws NotFoundError when there is no such model */
  async get(model: string): Promise<Aliases> {
    return readAliases(this.#database, checkName('model', model));
  }

  /** Names a version as the one that may take over. @throws ConflictError when it is champion already */
  challenge(id: VersionId, reasons: Reasons): Promise<Moved> {
    return this.#decide({
      ...id,
      kind: 'challenge',
      reasons,
      next(state) {
        if (state.champions.at(-1) !== id.version) return challenged(state, id.version);
        throw new ConflictError(
          `challenge ${id.model}`,
          'another version than the champion',
          `${id.version}`,
        );
      },
    });
  }

  /** Records that a version is not to serve; it no longer challenges. */
  refuse(id: VersionId, reasons: Reasons): Promise<Moved> {
    return this.#decide({ ...id, kind: 'refuse', reasons, next: (state) => refused(state, id.version) });
  }

  /** Records that a version may be promoted, for `promote` with `approved`. */
  approve(id: VersionId, reasons: Reasons): Promise<Moved> {
    return this.#decide({ ...id, kind: 'approve', reasons, next: (state) => state });
  }

  /** Makes a version champion; the champion is then `previous`. One that is champion already stays so. */
  promote(id: VersionId, { over, approved, ...reasons }: PromoteOptions): Promise<Moved> {
    return this.#decide({
      ...id,
      kind: 'promote',
      reasons,
      async next(state, scope) {
        if (over !== undefined)
          requireChampion(`promote ${id.model}`, state, over, 'compare with that one, and decide again');
        if (approved && !(await isApproved(scope, id)))
          throw new ConflictError(
            `promote ${id.model}`,
            `version ${id.version} to be approved`,
            'no approval since it was last refused',
            'approve it first',
          );
        return promoted(state, id.version);
      },
    });
  }

  /** Makes `previous` champion again. @throws ConflictError when there is none */
  rollback(model: string, { from, ...reasons }: RollbackOptions): Promise<Moved> {
    return this.#decide({
      model,
      kind: 'rollback',
      reasons,
      next(state) {
        if (from !== undefined)
          requireChampion(`rollback ${model}`, state, from, 'look at the aliases, and decide again');
        if (state.champions.length > 1) return rolledBack(state);
        throw new ConflictError(
          `rollback ${model}`,
          'a previous champion',
          'none',
          'promote another version',
        );
      },
    });
  }

  /** All moves of a model's aliases, or of one, the newest first. */
  async history(
    model: string,
    { alias, limit = 100 }: { readonly alias?: AliasName; readonly limit?: number } = {},
  ): Promise<AliasChange[]> {
    return this.#database.query<AliasChange>(
      `select c.generation, c.alias, c.from_version as "from", c.to_version as "to", c.decision, d.created
       from trainyard.alias_changes c join trainyard.decisions d on d.model = c.model and d.number = c.decision
       where c.model = $1 and ($2::text is null or c.alias = $2::text)
       order by c.generation desc, c.alias limit $3`,
      [checkName('model', model), alias ?? null, checkWhole('history limit', limit, 1)],
    );
  }

  /** All decisions about a model, or about one version, the newest first. */
  async decisions(
    model: string,
    { version, limit = 100 }: { readonly version?: number; readonly limit?: number } = {},
  ): Promise<Decision[]> {
    return this.#database.query<Decision>(
      `select ${decisionColumns} from trainyard.decisions
       where model = $1 and ($2::bigint is null or version = $2::bigint) order by number desc limit $3`,
      [checkName('model', model), version ?? null, checkWhole('decisions limit', limit, 1)],
    );
  }

  async #decide({ model, kind, version, reasons, next }: Move): Promise<Moved> {
    const where = `${kind} ${checkName('model', model)}`;
    if (version !== undefined) checkWhole(`${where}, version`, version, 1);
    const checked = checkReasons(where, reasons);
    return this.#database.transaction(async (scope) => {
      await lockModel(scope, model);
      const made = await madeBefore(scope, where, { model, kind, version }, checked.key);
      if (made) return { decision: made, aliases: await readAliases(scope, model) };
      if (version !== undefined) await getVersion(scope, { model, version });
      const before = await readState(scope, model);
      const after = await next(before, scope);
      const about = version ?? before.champions.at(-1);
      if (about === undefined)
        throw new ConflictError(where, 'a champion', 'none', 'promote a version first');
      const decision = await move(scope, { model, kind, version: about }, before, after, checked);
      return { decision, aliases: await readAliases(scope, model) };
    });
  }
}

async function lockModel(scope: Queryable, model: string): Promise<void> {
  const found = await scope.query('select 1 from trainyard.models where name = $1 for update', [model]);
  if (found.length === 0) throw noModel(model);
}

/** The caller holds the model's row. */
async function readState(scope: Queryable, model: string): Promise<AliasState> {
  // The champion, the one before it and the one before that: no move looks further back.
  const champions = await scope.query<{ version: number }>(
    'select version from trainyard.champions where model = $1 order by depth desc limit 3',
    [model],
  );
  const [challenger] = await scope.query<{ version: number }>(
    `select version from trainyard.aliases where model = $1 and alias = 'challenger'`,
    [model],
  );
  return { champions: champions.map(({ version }) => version).reverse(), challenger: challenger?.version };
}

async function move(
  scope: Queryable,
  about: { readonly model: string; readonly kind: DecisionKind; readonly version: number },
  before: AliasState,
  after: AliasState,
  reasons: CheckedReasons,
): Promise<Decision> {
  const { model } = about;
  const [from, to] = [aliasesOf(before), aliasesOf(after)];
  const changed = aliasNames.filter((alias) => from[alias] !== to[alias]);
  const grown = after.champions.length - before.champions.length;
  if (changed.length === 0 && grown === 0) return recordDecision(scope, about, null, reasons);
  const { generation } = only(
    await scope.query<{ generation: number }>(
      'update trainyard.models set generation = generation + 1 where name = $1 returning generation',
      [model],
    ),
  );
  const decision = await recordDecision(scope, about, generation, reasons);
  if (grown < 0)
    await scope.query(
      `delete from trainyard.champions where model = $1
         and depth = (select max(depth) from trainyard.champions where model = $1)`,
      [model],
    );
  if (grown > 0)
    await scope.query(
      `insert into trainyard.champions (model, depth, version)
       select $1, coalesce(max(depth), 0) + 1, $2::bigint from trainyard.champions where model = $1`,
      [model, after.champions.at(-1)!],
    );
  for (const alias of changed) {
    if (to[alias] === undefined)
      await scope.query('delete from trainyard.aliases where model = $1 and alias = $2', [model, alias]);
    else
      await scope.query(
        `insert into trainyard.aliases (model, alias, version, since) values ($1, $2, $3, $4)
         on conflict (model, alias) do update set version = excluded.version, since = excluded.since`,
        [model, alias, to[alias], generation],
      );
    await scope.query(
      `insert into trainyard.alias_changes (model, generation, alias, from_version, to_version, decision)
       values ($1, $2, $3, $4, $5, $6)`,
      [model, generation, alias, from[alias] ?? null, to[alias] ?? null, decision.number],
    );
  }
  return decision;
}

/** One statement, so one moment. */
async function readAliases(scope: Queryable, model: string): Promise<Aliases> {
  const rows = await scope.query<Version & { generation: number; alias: AliasName | null }>(
    `select m.generation, aliases.alias, ${versionColumns}
     from trainyard.models m
     left join trainyard.aliases on aliases.model = m.name
     left join trainyard.versions v on v.model = aliases.model and v.version = aliases.version
     where m.name = $1`,
    [model],
  );
  if (rows.length === 0) throw noModel(model);
  const of = (name: AliasName): Version | undefined => {
    const row = rows.find(({ alias }) => alias === name);
    if (!row) return undefined;
    const { generation: _, alias: __, ...version } = row;
    return version;
  };
  return {
    model,
    generation: rows[0].generation,
    champion: of('champion'),
    challenger: of('challenger'),
    previous: of('previous'),
  };
}

async function isApproved(scope: Queryable, { model, version }: VersionId): Promise<boolean> {
  const [last] = await scope.query<{ kind: DecisionKind }>(
    `select kind from trainyard.decisions where model = $1 and version = $2 and kind in ('approve', 'refuse')
     order by number desc limit 1`,
    [model, version],
  );
  return last?.kind === 'approve';
}

function requireChampion(
  where: string,
  { champions }: AliasState,
  expected: number | null,
  remedy: string,
): void {
  const champion = champions.at(-1) ?? null;
  if (champion === expected) return;
  const name = (version: number | null) => (version === null ? 'no champion' : `version ${version}`);
  throw new ConflictError(where, `${name(expected)} in office`, name(champion), remedy);
}

const noModel = (model: string) =>
  new NotFoundError(`model ${model}`, 'a model of this store', 'none', 'register its first version');
