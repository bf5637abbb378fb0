/** A second signal this soon after the first is the same Ctrl-C: it may come from the terminal and from npm. */
const sameMilliseconds = 500;

/** The first Ctrl-C fires the signal that comes back, a later one ends the process with 130. */
export function onInterrupt(tell: () => void): AbortSignal {
  const controller = new AbortController();
  let first: number | undefined;
  const stop = (): void => {
    if (first === undefined) {
      first = performance.now();
      tell();
      controller.abort(new Error('interrupted'));
    } else if (performance.now() - first > sameMilliseconds) process.exit(130);
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, stop);
  return controller.signal;
}
