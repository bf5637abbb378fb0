/** A second signal this soon after the first is the same Ctrl-C: it may come from the terminal and from Nx. */
const sameMilliseconds = 500;

/**
 * Lets a command end cleanly: the first Ctrl-C fires the signal, a later one ends the process with 130. Nx gives its
 * stages SIGTERM for the user's Ctrl-C, and a closed terminal SIGHUP, so these count as well.
 */
export function onInterrupt(tell: () => void): AbortSignal {
  const controller = new AbortController();
  // Who read the output may be gone already; the checkpoint is to be written nevertheless.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  let first: number | undefined;
  const stop = () => {
    if (first === undefined) {
      first = performance.now();
      tell();
      controller.abort();
    } else if (performance.now() - first > sameMilliseconds) process.exit(130);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  return controller.signal;
}
