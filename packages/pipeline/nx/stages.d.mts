interface StageTarget {
  readonly description: string;
  /** Which files of which earlier stages it reads. */
  readonly reads: Readonly<Record<string, string>>;
  readonly code: readonly string[];
}

export declare const stages: Readonly<Record<string, StageTarget>>;
export declare function folderOf(stage: string): string;
