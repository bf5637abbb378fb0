import type { Migration } from './migration.ts';

/** What was trained, from what: datasets, artifacts, runs with their attempts, metrics and files. */
export const runs: Migration = {
  version: 1,
  name: 'runs',
  sql: `
create table trainyard.datasets (
  digest text primary key check (digest ~ '^sha256:[0-9a-f]{64}$'),
  name text not null,
  train bigint not null check (train >= 0),
  test bigint not null check (test >= 0),
  statistics jsonb not null,
  created timestamptz not null default clock_timestamp()
);
create index datasets_by_name on trainyard.datasets (name, created);

create table trainyard.artifacts (
  digest text primary key check (digest ~ '^sha256:[0-9a-f]{64}$'),
  bytes bigint not null check (bytes >= 0),
  created timestamptz not null default clock_timestamp()
);

-- token counts who has worked on the run: a write with an older one is refused.
create table trainyard.runs (
  id uuid primary key,
  key text unique,
  pipeline text not null,
  status text not null check (status in ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
  config jsonb not null,
  config_digest text not null check (config_digest ~ '^sha256:[0-9a-f]{64}$'),
  seeds jsonb not null,
  dataset text references trainyard.datasets deferrable,
  commit text,
  parent uuid references trainyard.runs deferrable,
  token bigint not null default 0,
  worker text,
  machine jsonb,
  lease_until timestamptz,
  metrics jsonb,
  failure text,
  created timestamptz not null default clock_timestamp(),
  started timestamptz,
  finished timestamptz,
  check ((status in ('succeeded', 'failed', 'cancelled')) = (finished is not null)),
  check (status <> 'running' or (worker is not null and lease_until is not null))
);
create index runs_by_pipeline on trainyard.runs (pipeline, created);
create index runs_by_parent on trainyard.runs (parent);

create table trainyard.run_attempts (
  run uuid not null references trainyard.runs deferrable,
  token bigint not null,
  worker text not null,
  machine jsonb not null,
  started timestamptz not null default clock_timestamp(),
  ended timestamptz,
  outcome text check (outcome in ('succeeded', 'failed', 'cancelled', 'released', 'lost')),
  primary key (run, token),
  check ((ended is null) = (outcome is null))
);

create table trainyard.run_metrics (
  run uuid not null references trainyard.runs deferrable,
  name text not null,
  step bigint not null check (step >= 0),
  value double precision not null,
  primary key (run, name, step)
);

create table trainyard.run_files (
  run uuid not null references trainyard.runs deferrable,
  name text not null,
  artifact text not null references trainyard.artifacts deferrable,
  created timestamptz not null default clock_timestamp(),
  primary key (run, name)
);
create index run_files_by_artifact on trainyard.run_files (artifact);
`,
};
