import type { Artifact, ArtifactSource, ArtifactStore } from '../artifacts/artifact-store.ts';
import { ArtifactError } from '../errors.ts';
import type { Queryable } from '../store/database.ts';

/** Records the artifact in a transaction and holds its row. @returns false where its file has gone meanwhile */
type Record = (scope: Queryable) => Promise<boolean>;

/**
 * Stores bytes and what refers to them. Between the two, a collection of garbage may have taken the file; whoever
 * holds the artifact's row sees whether it did, and it is put again.
 * @param refer runs a transaction; gives undefined when `record` gave false
 */
export async function putReferenced<T>(
  artifacts: ArtifactStore,
  source: ArtifactSource,
  refer: (artifact: Artifact, record: Record) => Promise<T | undefined>,
): Promise<T> {
  const artifact = await artifacts.put(source);
  for (let attempt = 1; ; attempt++) {
    const referred = await refer(artifact, (scope) => holdArtifact(scope, artifacts, artifact));
    if (referred !== undefined) return referred;
    // A stream is spent: only bytes can be put again.
    if (!(source instanceof Uint8Array) || attempt === 10)
      throw new ArtifactError(
        artifacts.name,
        `the artifact ${artifact.digest}, just put`,
        'none',
        'put it again',
      );
    await artifacts.put(source);
  }
}

/** Records an artifact and keeps it from being collected to the end of the transaction. @returns whether it is there */
export async function holdArtifact(
  scope: Queryable,
  artifacts: ArtifactStore,
  { digest, bytes }: Artifact,
): Promise<boolean> {
  await scope.query(
    `insert into trainyard.artifacts (digest, bytes) values ($1, $2)
     on conflict (digest) do update set digest = excluded.digest`,
    [digest, bytes],
  );
  return artifacts.has(digest);
}
