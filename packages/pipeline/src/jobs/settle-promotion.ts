import type { StageEnd } from '@trainyard/jobs';
import { ConflictError, type JsonObject, type Registry, type Run, type Version } from '@trainyard/registry';
import { championOf } from './champion-files.ts';
import { outputsOf } from './stages-of-flow.ts';

/** What the contest, in the child process, leaves for the worker. */
export interface PromotionResult {
  readonly promote: boolean;
  /** Whether it may serve only when somebody has approved of it as well. */
  readonly needsApproval: boolean;
  readonly reasons: readonly string[];
  /** The verdict, as figures of the decision. */
  readonly figures: JsonObject;
  /** The champion that it was compared with. */
  readonly over: number | null;
  readonly metrics: JsonObject;
}

/**
 * Registers the bundle and decides: champion, challenger that waits for an approval, or refused. All of it is one
 * transaction with the end of the run.
 * @throws ConflictError when another champion serves by now: the contest is held again
 */
export async function settlePromotion({ registry, run, result }: StageEnd): Promise<void> {
  const { promote, needsApproval, reasons, figures, over, metrics } = result as unknown as PromotionResult;
  const bundle = await bundleOf(registry, run);
  const version = await register(registry, run, { model: run.pipeline, bundle, metrics });
  const champion = await championOf(registry, run.pipeline);
  // The same pictures, code and seed gave the same bytes: nothing is to be decided.
  if (champion?.version === version.version) return;
  if ((champion?.version ?? null) !== over)
    throw new ConflictError(
      `promote ${run.pipeline}`,
      over === null ? 'no champion, as when it was compared' : `champion ${over}, which it was compared with`,
      champion ? `${champion.version}` : 'none',
      'it is compared again',
    );
  const by = 'gate';
  const reason = reasons.join('; ').slice(0, 4000);
  const key = (kind: string) => `run/${run.id}/${kind}`;
  if (!promote) {
    await registry.aliases.refuse(version, { by, reason, figures, key: key('refuse') });
    return;
  }
  await registry.aliases.challenge(version, { by, reason, figures, key: key('challenge') });
  if (!needsApproval)
    await registry.aliases.promote(version, { by, reason, figures, over, key: key('promote') });
}

/** The digest of the manifest that the stage `package` wrote. */
async function bundleOf(registry: Registry, run: Run): Promise<string> {
  const stage = (await registry.stages.list(run.id)).find(({ name }) => name === 'package');
  return (stage!.result as unknown as { bundle: string }).bundle;
}

async function register(
  registry: Registry,
  run: Run,
  { model, bundle, metrics }: { model: string; bundle: string; metrics: JsonObject },
): Promise<Version> {
  const known = await registry.versions.find(model, bundle);
  if (known) return known;
  const folder = `${outputsOf('package').at(-1)}/`;
  const files = (await registry.runs.files(run.id))
    .filter(({ name }) => name.startsWith(folder))
    .map(({ name, digest, bytes }) => [name.slice(folder.length), { digest, bytes }] as const);
  const { dataset } = await registry.runs.get(run.id);
  return registry.versions.register({
    model,
    bundle,
    run: run.id,
    token: run.token,
    ...(dataset && { dataset }),
    metrics,
    files: Object.fromEntries(files),
  });
}
