/** A table of the schema, and what its rows are known by. */
export interface Table {
  readonly name: string;
  readonly key: readonly string[];
}

/** All tables but that of migrations, each after those it refers to. A test compares them with the schema. */
export const tables: readonly Table[] = [
  { name: 'datasets', key: ['digest'] },
  { name: 'artifacts', key: ['digest'] },
  { name: 'runs', key: ['id'] },
  { name: 'run_attempts', key: ['run', 'token'] },
  { name: 'run_metrics', key: ['run', 'name', 'step'] },
  { name: 'run_files', key: ['run', 'name'] },
  { name: 'run_stages', key: ['run', 'name'] },
  { name: 'models', key: ['name'] },
  { name: 'versions', key: ['model', 'version'] },
  { name: 'version_files', key: ['model', 'version', 'name'] },
  { name: 'decisions', key: ['model', 'number'] },
  { name: 'aliases', key: ['model', 'alias'] },
  { name: 'champions', key: ['model', 'depth'] },
  { name: 'alias_changes', key: ['model', 'generation', 'alias'] },
  { name: 'schedules', key: ['pipeline', 'name'] },
  { name: 'checks', key: ['id'] },
  { name: 'sweeps', key: ['id'] },
  { name: 'sweep_trials', key: ['sweep', 'trial', 'rung'] },
];
