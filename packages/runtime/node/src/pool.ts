import { availableParallelism } from 'node:os';
import { type ModelSession, type RunOptions, WorkerError } from '@trainyard/runtime-common';
import type { DecodeOptions } from './decode.ts';
import type { PassedOver } from './session-options.ts';
import type { SentPicture, WorkerStart } from './worker-protocol.ts';
import { WorkerSession } from './worker-session.ts';

/** Sessions of one model in several threads; each run goes to the one with the fewest before it. */
export class Pool implements ModelSession {
  readonly provider: string;
  readonly passedOver: readonly PassedOver[];
  readonly concurrency: number;
  readonly sessions: readonly WorkerSession[];

  /**
   * @param count threads; where `threads.intraOp` is not given they share the processors evenly
   * @throws what the first thread that could not load the model threw
   */
  static async start(start: WorkerStart, count: number): Promise<Pool> {
    const { threads } = start.options;
    const intraOp = threads?.intraOp ?? Math.max(1, Math.floor(availableParallelism() / count));
    const options = { ...start.options, threads: { ...threads, intraOp } };
    const started = await Promise.allSettled(
      Array.from({ length: count }, () => WorkerSession.start({ ...start, options })),
    );
    const sessions = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const failed = started.find((one) => one.status === 'rejected');
    if (!failed) return new Pool(sessions);
    await Promise.all(sessions.map((session) => session.dispose()));
    throw failed.reason;
  }

  private constructor(sessions: readonly WorkerSession[]) {
    this.sessions = sessions;
    this.concurrency = sessions.length;
    this.provider = sessions[0]!.provider;
    this.passedOver = sessions[0]!.passedOver;
  }

  /** @throws WorkerError when the thread ends meanwhile, or none is left */
  async run(pixels: Uint8Array, batch: number, options?: RunOptions): Promise<Float32Array> {
    return this.#leastBusy().run(pixels, batch, options);
  }

  async prepare(picture: SentPicture, options: DecodeOptions): Promise<Uint8Array> {
    return this.#leastBusy().prepare(picture, options);
  }

  #leastBusy(): WorkerSession {
    const alive = this.sessions.filter((session) => session.alive);
    if (alive.length === 0)
      throw new WorkerError(
        'pool',
        'a running thread',
        `none of ${this.sessions.length}`,
        'load the bundle again',
      );
    return alive.reduce((least, one) => (one.load < least.load ? one : least));
  }

  async dispose(): Promise<void> {
    await Promise.all(this.sessions.map((session) => session.dispose()));
  }
}
