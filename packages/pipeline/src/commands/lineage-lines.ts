import type { Store } from '@trainyard/registry';
import { CommandError } from '../errors.ts';
import { time } from './format.ts';

/** From a version of the pipeline's model, or its champion, back to data, config and commit, to the first run. */
export async function lineageLines(store: Store, model: string, given: string | undefined): Promise<string> {
  const { champion } = await store.aliases.get(model);
  const version = given === undefined ? champion?.version : Number(given);
  if (!version || !Number.isInteger(version))
    throw new CommandError('lineage', 'the number of a version', given ?? 'none, and no champion');
  const { version: of, ancestors } = await store.lineage({ model, version });
  const lines = [`version ${version} of ${model}`, `  ${'bundle'.padEnd(8)} ${of.bundle}`];
  for (const { run, dataset } of ancestors)
    lines.push(
      '',
      `run ${run.id}, ${time(run.created)}, ${run.trigger}`,
      ...Object.entries({
        data: dataset
          ? `${dataset.digest}, ${dataset.name}, ${dataset.train} and ${dataset.test} pictures`
          : '–',
        config: run.configDigest,
        seed: JSON.stringify(run.seeds),
        commit: run.commit ?? '–',
      }).map(([name, value]) => `  ${name.padEnd(8)} ${value}`),
    );
  return lines.join('\n');
}
