/** What an artifact is known by. */
export interface Artifact {
  /** `sha256:` and 64 hexadecimal digits of its bytes. */
  readonly digest: string;
  readonly bytes: number;
}

export type ArtifactSource = Uint8Array | AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

export interface StoredArtifact extends Artifact {
  /** When it was last put, in milliseconds since 1970. */
  readonly putAt: number;
}

/**
 * Files by the digest of their bytes: in a folder, or in a service such as S3. Whoever puts the same bytes twice, at
 * once or later, finds one artifact.
 */
export interface ArtifactStore {
  /** How errors call it. */
  readonly name: string;
  /** The same for all stores that share their artifacts. */
  readonly place: string;
  /**
   * Stores bytes; when it returns, they outlast a crash. A damaged artifact of that digest is replaced.
   * @throws ArtifactError when they are too many; what the platform throws, such as ENOSPC, and then nothing is stored
   */
  put(source: ArtifactSource): Promise<Artifact>;
  /** All of its bytes, checked. @throws ArtifactError when it is missing or damaged */
  get(digest: string): Promise<Uint8Array>;
  /** Its bytes in pieces; the check comes with the end. @throws ArtifactError when it is missing or damaged */
  read(digest: string): AsyncIterable<Uint8Array>;
  /** Whether it is there; its bytes are not checked. */
  has(digest: string): Promise<boolean>;
  /** All that are there, in no order. */
  list(): AsyncIterable<StoredArtifact>;
  /** Removes it, where it is there. Nothing may refer to it: `collectGarbage` of the registry sees to that. */
  remove(digest: string): Promise<void>;
}
