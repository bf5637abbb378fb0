import { createHash } from 'node:crypto';
import type { Store } from '@trainyard/registry';

const scripts = [
  '<script>pwned=1</script>',
  '"><img src=x onerror=pwned=1>',
  "'/><svg/onload=pwned=1>",
  '</code></pre><script>pwned=1</script>',
  '</svg><script>pwned=1</script>',
  '{{pwned=1}}javascript:pwned=1',
];
const all = scripts.join(' ');

/**
 * Puts scripts wherever the store takes text that the pages show. Names of models and files it does not take.
 * @returns the pages that show them
 */
export async function storeOfScripts(store: Store): Promise<string[]> {
  const evil = Object.fromEntries(scripts.map((script, i) => [`${script} ${i}`, script]));
  const run = await store.runs.create({
    pipeline: 'digits',
    config: evil,
    seeds: [all],
    trigger: scripts[0],
    commit: undefined,
  });
  await store.stages.plan(run.id, ['data', 'train']);
  const { token } = await store.runs.claim(run.id, { worker: all.slice(0, 200), machine: evil });
  await store.stages.start(run.id, token, 'data');
  await store.stages.progress(run.id, token, 'data', { progress: 0.5, note: all });
  await store.runs.log(run.id, token, [{ name: 'loss', step: 0, value: 1 }]);
  const other = await store.runs.create({ pipeline: 'digits', config: { ...evil, more: all }, seeds: 1 });
  const failing = await store.runs.claim(other.id, { worker: scripts[1]! });
  await store.runs.fail(other.id, failing.token, all);

  const made = await store.runs.create({ pipeline: 'digits', config: {}, seeds: 1 });
  const claimed = await store.runs.claim(made.id, { worker: 'w' });
  await store.runs.complete(made.id, claimed.token, { ...evil, [scripts[0]!]: 3, accuracy: 0.5 });
  const version = await store.versions.register({
    model: 'evil',
    bundle: `sha256:${createHash('sha256').update(made.id).digest('hex')}`,
    run: made.id,
    metrics: { [scripts[1]!]: 0.5, [scripts[0]!]: 2 },
  });
  const scores = {
    accuracy: 0.5,
    pictures: 10,
    classes: scripts.map((name) => ({ name, right: 1, pictures: 2 })),
  };
  const checks = scripts.map((text) => ({ name: text, passed: false, reason: text }));
  const test = { pValue: 0.5, method: scripts[0]!, championOnly: 1, challengerOnly: 2 };
  const figures = {
    checks,
    reasons: [all, all, all, all, all],
    challenger: scores,
    champion: scores,
    test,
    ...evil,
  };
  await store.aliases.promote(version, { by: all.slice(0, 200), reason: all, figures });

  const findings = scripts.map((name) => ({
    name,
    count: 1,
    drifted: true,
    reason: all,
    stability: { index: 0.5, pValue: 0 },
  }));
  await store.checks.record({
    pipeline: 'evil',
    trigger: all.slice(0, 200),
    needed: true,
    reasons: [all],
    report: { drift: { findings } },
  });
  const sweep = await store.sweeps.create({ pipeline: 'evil', config: { metric: scripts[0]!, ...evil } });
  for (const [trial, parameter] of scripts.entries()) {
    const tried = await store.runs.create({ pipeline: 'evil', config: {}, seeds: trial });
    const { token } = await store.runs.claim(tried.id, { worker: 'w' });
    await store.runs.complete(tried.id, token, { [scripts[0]!]: trial });
    await store.sweeps.addTrial(sweep.id, {
      trial,
      rung: 0,
      run: tried.id,
      parameters: { [scripts[1]!]: parameter },
    });
  }
  await store.sweeps.finish(sweep.id, 'succeeded', evil);
  return [
    ...[`/runs/${run.id}`, `/runs/${other.id}`, `/runs/${made.id}`, '/runs?trials=shown', '/', '/jobs'],
    ...[
      `/compare?run=${run.id}&run=${other.id}`,
      '/models',
      '/models/evil',
      '/checks?pipeline=evil',
      '/sweeps',
      `/sweeps/${sweep.id}`,
    ],
  ];
}
