import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { parsePipeline } from '../config.ts';
import { featureNames } from './features.ts';

const guide = await readFile(new URL('../../../../docs/retraining.md', import.meta.url), 'utf8');

/** First and second cell of every row of a table. */
const rows = guide
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split('|').map((cell) => cell.trim()));

test('the config of the guide is one', () => {
  const [, code] = /```ts\n[\s\S]*?export default definePipeline\(([\s\S]*?)\);\n```/.exec(guide)!;
  const { retrain } = parsePipeline('guide', new Function(`return ${code}`)());
  expect(retrain).toMatchObject({ start: 'warm', data: { weight: 0.5 }, promote: { by: 'approval' } });
});

test('the guide names every default as it is', () => {
  const { data, when, promote } = parsePipeline('defaults', {
    name: 'defaults',
    dataset: { name: 'digits' },
    train: { epochs: 1, learningRate: 0.1 },
  }).retrain;
  const { by, prefer: _, budgets: __, ...gate } = promote;
  const { drift, ...triggers } = when;
  const said = new Map(rows.map(([, setting, value]) => [setting, value]));
  for (const [section, values] of Object.entries({
    data,
    when: triggers,
    'when.drift': drift,
    promote: gate,
  }))
    for (const [name, value] of Object.entries(values))
      expect(said.get(`\`${section}.${name}\``), `${section}.${name}`).toBe(
        `\`${typeof value === 'string' ? `'${value}'` : value}\``,
      );
  expect(guide).toContain(`\`promote.by\` is \`'${by}'\` by default`);
});

test('the guide explains every feature', () => {
  const named = rows.flatMap(([, names]) => names.split(', '));
  for (const name of featureNames) expect(named).toContain(`\`${name}\``);
});
