import { bufferValues, loadState, type Module, parameterValues } from '../module.ts';
import { CheckpointError, decodeArchive, encodeArchive } from './archive.ts';

/** Parameters and buffers of a network as bytes; the same values always give the same bytes. */
export const saveWeights = (network: Module): Promise<Uint8Array> =>
  encodeArchive({
    meta: { kind: 'weights' },
    tensors: { ...parameterValues(network), ...bufferValues(network) },
  });

/**
 * Gives a network the values that `saveWeights` wrote.
 * @throws CheckpointError when the bytes are no weights, cut off, changed, or those of another network
 */
export async function loadWeights(network: Module, bytes: Uint8Array, what = 'weights'): Promise<void> {
  const { meta, tensors } = await decodeArchive(bytes, what);
  if ((meta as { kind?: unknown } | null)?.kind !== 'weights')
    throw new CheckpointError(`${what}: expected weights, got something else; check the path`);
  const missing = [...network.namedParameters().keys(), ...network.namedBuffers().keys()].filter(
    (name) => !tensors[name],
  );
  if (missing.length > 0)
    throw new CheckpointError(
      `${what}: expected ${missing.join(', ')}, got none; they are of another network`,
    );
  try {
    loadState(network, tensors);
  } catch (cause) {
    throw new CheckpointError(`${what}: ${(cause as Error).message}; they are of another network`, { cause });
  }
}
