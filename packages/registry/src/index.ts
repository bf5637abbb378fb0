export type { Artifact, ArtifactSource, ArtifactStore, StoredArtifact } from './artifacts/artifact-store.ts';
export { openStore, type StoreOptions } from './store/open-store.ts';
