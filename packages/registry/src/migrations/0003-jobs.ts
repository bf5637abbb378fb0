import type { Migration } from './migration.ts';

/** What works by itself: stages of runs, schedules, checks whether to retrain, sweeps. */
export const jobs: Migration = {
  version: 3,
  name: 'jobs',
  sql: `
alter table trainyard.runs
  add column trigger text not null default 'manual',
  add column priority integer not null default 0;
create index runs_by_status on trainyard.runs (status) where status in ('queued', 'running');

-- crashes counts those since progress last changed; crashed_at is the progress at the last one.
create table trainyard.run_stages (
  run uuid not null references trainyard.runs deferrable,
  name text not null,
  position integer not null check (position >= 0),
  status text not null check (status in ('waiting', 'running', 'succeeded', 'failed', 'cancelled')),
  attempts integer not null default 0,
  failures integer not null default 0,
  crashes integer not null default 0,
  crashed_at real,
  progress real check (progress between 0 and 1),
  note text,
  result jsonb,
  worker text,
  started timestamptz,
  finished timestamptz,
  primary key (run, name),
  unique (run, position)
);

-- last_slot is the last one that was taken, or the moment from which slots count.
create table trainyard.schedules (
  pipeline text not null,
  name text not null,
  cron text not null,
  time_zone text not null,
  mode text not null check (mode in ('always', 'needed')),
  paused boolean not null default false,
  last_slot timestamptz not null default clock_timestamp(),
  created timestamptz not null default clock_timestamp(),
  primary key (pipeline, name)
);

create table trainyard.checks (
  id uuid primary key,
  key text unique,
  pipeline text not null,
  trigger text not null,
  needed boolean not null,
  reasons jsonb not null,
  report jsonb not null,
  dataset text,
  model text,
  version bigint,
  run uuid references trainyard.runs deferrable,
  created timestamptz not null default clock_timestamp()
);
create index checks_by_pipeline on trainyard.checks (pipeline, created);

create table trainyard.sweeps (
  id uuid primary key,
  key text unique,
  pipeline text not null,
  config jsonb not null,
  status text not null check (status in ('running', 'succeeded', 'failed', 'cancelled')),
  result jsonb,
  created timestamptz not null default clock_timestamp(),
  finished timestamptz,
  check ((status = 'running') = (finished is null))
);
create index sweeps_by_pipeline on trainyard.sweeps (pipeline, created);

create table trainyard.sweep_trials (
  sweep uuid not null references trainyard.sweeps deferrable,
  trial integer not null check (trial >= 0),
  rung integer not null check (rung >= 0),
  run uuid not null unique references trainyard.runs deferrable,
  parameters jsonb not null,
  primary key (sweep, trial, rung)
);
`,
};
