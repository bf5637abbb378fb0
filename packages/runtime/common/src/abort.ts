/** Why a signal was aborted; an `AbortError` where the platform keeps no reason, as older React Native. */
export function abortReason({ reason }: AbortSignal): unknown {
  if (reason !== undefined) return reason;
  const error = new Error('This operation was aborted');
  error.name = 'AbortError';
  return error;
}

/** @throws the signal's reason when it is aborted; needs nothing of the platform's signals but `aborted` */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortReason(signal);
}
