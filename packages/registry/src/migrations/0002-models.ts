import type { Migration } from './migration.ts';

/** Which model serves, and why: models, versions, aliases, their history, decisions. */
export const models: Migration = {
  version: 2,
  name: 'models',
  sql: `
-- The row of a model is the lock that serializes all changes of its versions and aliases.
create table trainyard.models (
  name text primary key,
  versions bigint not null default 0,
  generation bigint not null default 0,
  created timestamptz not null default clock_timestamp()
);

create table trainyard.versions (
  model text not null references trainyard.models deferrable,
  version bigint not null check (version >= 1),
  bundle text not null check (bundle ~ '^sha256:[0-9a-f]{64}$'),
  run uuid not null references trainyard.runs deferrable,
  dataset text references trainyard.datasets deferrable,
  metrics jsonb not null,
  created timestamptz not null default clock_timestamp(),
  primary key (model, version),
  unique (model, bundle)
);
create index versions_by_run on trainyard.versions (run);

create table trainyard.version_files (
  model text not null,
  version bigint not null,
  name text not null,
  artifact text not null references trainyard.artifacts deferrable,
  primary key (model, version, name),
  foreign key (model, version) references trainyard.versions deferrable
);
create index version_files_by_artifact on trainyard.version_files (artifact);

-- generation is that of the model after the decision; null where the decision moved no alias.
create table trainyard.decisions (
  model text not null,
  number bigint not null,
  key text,
  kind text not null check (kind in ('challenge', 'refuse', 'approve', 'promote', 'rollback')),
  version bigint not null,
  by_whom text not null,
  reason text not null,
  figures jsonb not null,
  generation bigint,
  created timestamptz not null default clock_timestamp(),
  primary key (model, number),
  unique (model, key),
  foreign key (model, version) references trainyard.versions deferrable
);
create index decisions_by_version on trainyard.decisions (model, version);

create table trainyard.aliases (
  model text not null,
  alias text not null check (alias in ('champion', 'challenger', 'previous')),
  version bigint not null,
  since bigint not null,
  primary key (model, alias),
  foreign key (model, version) references trainyard.versions deferrable
);

-- The champions in office, the serving one last: a promotion adds one, a rollback takes it away.
create table trainyard.champions (
  model text not null,
  depth bigint not null check (depth >= 1),
  version bigint not null,
  primary key (model, depth),
  foreign key (model, version) references trainyard.versions deferrable
);

create table trainyard.alias_changes (
  model text not null,
  generation bigint not null,
  alias text not null check (alias in ('champion', 'challenger', 'previous')),
  from_version bigint,
  to_version bigint,
  decision bigint not null,
  primary key (model, generation, alias),
  foreign key (model, decision) references trainyard.decisions deferrable
);
`,
};
