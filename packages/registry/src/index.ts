/** What was trained, from what, and which model serves. */
export { type FileInfo, type FileSystem, nodeFileSystem, type OpenFile } from '@trainyard/trainer/files';
export type { Artifact, ArtifactSource, ArtifactStore, StoredArtifact } from './artifacts/artifact-store.ts';
export { artifactsFrom } from './artifacts/artifacts-from.ts';
export { exportFiles } from './artifacts/export-files.ts';
export { type FolderArtifactsOptions, folderArtifacts } from './artifacts/folder-artifacts.ts';
export {
  ArtifactError,
  ConflictError,
  ConnectionError,
  InputError,
  NotFoundError,
  RegistryError,
  SchemaError,
  StaleTokenError,
  StoreLockedError,
} from './errors.ts';
export * from './gate/index.ts';
export { canonicalJson, digestOfJson, type Json, type JsonObject } from './json.ts';
export { checkDigest, checkFileName, checkKey, checkMetricName, checkName } from './names.ts';
export { type AliasName, aliasNames } from './registry/alias-state.ts';
export type { AliasChange, Aliases, Moved, PromoteOptions, RollbackOptions } from './registry/aliases.ts';
export type { Check, Checks, NewCheck } from './registry/checks.ts';
export type { Garbage } from './registry/collect-garbage.ts';
export type { Dataset, DatasetRecord } from './registry/datasets.ts';
export type { Decision, DecisionKind, Reasons } from './registry/decisions.ts';
export type { Ancestor, Lineage } from './registry/lineage.ts';
export { Registry } from './registry/registry.ts';
export {
  type Claim,
  type MetricPoint,
  type NewRun,
  type Run,
  type RunAttempt,
  type RunFile,
  type RunFilter,
  type RunStatus,
  runStatuses,
} from './registry/run.ts';
export type { LastSlotOf, NewSchedule, Schedule, Schedules, TakeSlot } from './registry/schedules.ts';
export type { RunStage, StageStatus, Stages } from './registry/stages.ts';
export type { Sweep, SweepStatus, Sweeps, SweepTrial, TrialPlace } from './registry/sweeps.ts';
export type { NewVersion, Version, VersionFile, VersionId } from './registry/versions.ts';
export { type CopiedTable, type CopyReport, copyStore } from './store/copy-store.ts';
export type { Database, NativeDatabase, Queryable, SqlScalar, SqlValue } from './store/database.ts';
export { type SqlExecutor, sqlOf } from './store/execute-sql.ts';
export { openStore, type StoreOptions } from './store/open-store.ts';
export type { PostgresOptions } from './store/postgres.ts';
export { livenessOf, ownIdentity, type ProcessIdentity } from './store/process-identity.ts';
export { Store } from './store/store.ts';
