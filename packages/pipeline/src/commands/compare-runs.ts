import type { Run, Store } from '@trainyard/registry';
import { figure, makeTable, short } from './format.ts';

/** What differs between runs: settings by their path, and figures. */
export async function compareRuns({ runs }: Store, compared: readonly Run[]): Promise<string> {
  const table = makeTable({ head: ['', ...compared.map(({ id }) => short(id))] });
  const rows = await Promise.all(
    compared.map(async (run) => {
      const last = Object.fromEntries((await runs.metrics(run.id)).map(({ name, value }) => [name, value]));
      return {
        ...flatten({ status: run.status, trigger: run.trigger, dataset: run.dataset, commit: run.commit }),
        ...flatten(run.config, 'config.'),
        ...flatten(last, 'last '),
        ...flatten(run.metrics ?? {}, 'final '),
      };
    }),
  );
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  for (const name of names) {
    const values = rows.map((row) => row[name] ?? '–');
    if (new Set(values).size > 1 || name.startsWith('final ')) table.push([name, ...values]);
  }
  return table.toString();
}

/** `{ a: { b: 1 } }` becomes `{ 'a.b': '1' }`. */
function flatten(value: object, prefix = ''): Record<string, string> {
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]): [string, string][] =>
      typeof inner === 'object' && inner !== null
        ? Object.entries(flatten(inner as object, `${prefix}${key}.`))
        : [[`${prefix}${key}`, figure(inner ?? undefined)]],
    ),
  );
}
