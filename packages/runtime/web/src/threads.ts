export interface ThreadSetting {
  readonly isolated: boolean;
  readonly processors: number;
}

export interface ThreadChoice {
  readonly threads: number;
  /** For the log. */
  readonly reason?: string;
}

/** Below this, starting and waking threads costs more than they save. */
const worthThreads = 50e6;

/**
 * How many threads run a model.
 * @param flops of one picture
 */
export function chooseThreads(
  wanted: number | undefined,
  flops: number,
  { isolated, processors }: ThreadSetting,
): ThreadChoice {
  if (!isolated)
    return {
      threads: 1,
      reason:
        '1 thread: the page is not isolated from other origins; send the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp',
    };
  if (wanted !== undefined) return { threads: wanted };
  return { threads: flops < worthThreads ? 1 : Math.min(4, Math.ceil(processors / 2)) };
}
