import { ConflictError } from '../errors.ts';
import type { Aliases } from '../registry/aliases.ts';
import type { Store } from '../store/store.ts';
import { bytesOf, digestFor, finishedRun } from './store-under-test.cases.ts';

export const hammered = 'hammered';
const hammeredVersions = 8;

/** Versions with a file each, the first one champion. */
export async function prepareHammer(store: Store): Promise<void> {
  const run = await finishedRun(store);
  for (let version = 1; version <= hammeredVersions; version++) {
    const file = await store.artifacts.put(bytesOf(`model ${version}`));
    const bundle = digestFor(`bundle ${version}`);
    await store.versions.register({
      model: hammered,
      bundle,
      run: run.id,
      metrics: { version },
      files: { file },
    });
  }
  await store.aliases.promote({ model: hammered, version: 1 }, { by: 'test', reason: 'first' });
}

/** A promotion or a rollback. @returns whether it moved an alias; a rollback to nobody moves none */
export async function moveOnce(store: Store, draw: () => number): Promise<boolean> {
  const reasons = { by: 'hammer', reason: 'because' };
  try {
    const version = 1 + Math.floor(draw() * hammeredVersions);
    const { decision } = await (draw() < 0.5
      ? store.aliases.promote({ model: hammered, version }, reasons)
      : store.aliases.rollback(hammered, reasons));
    return decision.generation !== null;
  } catch (error) {
    if (error instanceof ConflictError) return false;
    throw error;
  }
}

/** One champion, whole: the version, its bundle, figures and file belong together, and `previous` is another one. */
export function isComplete({ champion, previous }: Aliases): boolean {
  if (!champion) return false;
  const { version, bundle, metrics, files } = champion;
  const whole =
    bundle === digestFor(`bundle ${version}`) &&
    metrics.version === version &&
    files.length === 1 &&
    files[0].digest === digestFor(`model ${version}`);
  return whole && previous?.version !== version;
}
