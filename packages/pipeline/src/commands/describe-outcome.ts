import type { Run, Store } from '@trainyard/registry';

/** What a run led to, in lines. */
export async function describeOutcome({ versions, aliases }: Store, run: Run): Promise<string[]> {
  const [version] = (await versions.list(run.pipeline).catch(() => [])).filter((one) => one.run === run.id);
  if (!version) return [`run ${run.id} succeeded`];
  const decisions = await aliases.decisions(run.pipeline, { version: version.version, limit: 10 });
  const { champion } = await aliases.get(run.pipeline);
  const [last] = decisions;
  return [
    `version ${version.version} of ${run.pipeline}, ${version.bundle}`,
    ...(last ? [`${last.kind} by ${last.by}: ${last.reason}`] : []),
    champion ? `champion: version ${champion.version}` : 'there is no champion yet',
    ...(last?.kind === 'challenge' ? [`it waits for \`nx run ${run.pipeline}:approve\``] : []),
  ];
}
