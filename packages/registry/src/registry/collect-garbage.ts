import type { ArtifactStore, StoredArtifact } from '../artifacts/artifact-store.ts';
import { codeOf } from '../errors.ts';
import type { Queryable } from '../store/database.ts';

export interface Garbage {
  /** Artifacts that were removed, and their bytes together. */
  readonly removed: number;
  readonly bytes: number;
}

const foreignKeyViolation = '23503';

/**
 * Removes artifacts that no run and no version refers to and that nobody has put for a while.
 * The artifact's row is deleted first, which the database refuses while anything refers to it, and the file goes
 * before that transaction ends: whoever is about to refer to it waits for the row, and then sees that the file is gone.
 * @param olderThan seconds since it was last put; an hour unless given
 */
export async function collectGarbage(
  database: Queryable,
  artifacts: ArtifactStore,
  { olderThan = 3600 }: { readonly olderThan?: number } = {},
): Promise<Garbage> {
  let [removed, bytes] = [0, 0];
  for await (const artifact of artifacts.list()) {
    if (Date.now() - artifact.putAt < olderThan * 1000) continue;
    if (!(await removeUnreferenced(database, artifacts, artifact))) continue;
    removed += 1;
    bytes += artifact.bytes;
  }
  return { removed, bytes };
}

async function removeUnreferenced(
  database: Queryable,
  artifacts: ArtifactStore,
  { digest, bytes }: StoredArtifact,
): Promise<boolean> {
  try {
    return await database.transaction(async (scope) => {
      // Locks the row, and makes it where a writer died before it did.
      await scope.query(
        `insert into trainyard.artifacts (digest, bytes) values ($1, $2)
         on conflict (digest) do update set digest = excluded.digest`,
        [digest, bytes],
      );
      await scope.query('delete from trainyard.artifacts where digest = $1', [digest]);
      // Deferrable references are checked at the end of a transaction unless asked for now.
      await scope.script('set constraints all immediate');
      await artifacts.remove(digest);
      return true;
    });
  } catch (error) {
    if (codeOf(error) === foreignKeyViolation) return false;
    throw error;
  }
}
