/**
 * Runs a job for the latest thing only: while one is under way, newer ones wait, and of those that wait the last is
 * taken. So a fast pen never makes a queue.
 */
export function latestOnly<T>(job: (thing: T) => Promise<void>): (thing: T) => void {
  let waiting: { readonly thing: T } | undefined;
  let running = false;
  async function drain(): Promise<void> {
    running = true;
    while (waiting) {
      const { thing } = waiting;
      waiting = undefined;
      await job(thing);
    }
    running = false;
  }
  return (thing) => {
    waiting = { thing };
    if (!running) void drain();
  };
}
