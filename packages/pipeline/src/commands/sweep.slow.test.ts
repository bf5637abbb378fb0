import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { openStore } from '@trainyard/registry';
import { afterEach, describe, expect, test } from 'vitest';
import { writeGlyphsPipeline } from '../testing/glyphs-pipeline.ts';
import { TestWorkspace } from '../testing/workspace.ts';

const minutes = 60_000;
const workspaces: TestWorkspace[] = [];

afterEach(async () => {
  await Promise.all(workspaces.splice(0).map((workspace) => workspace.remove()));
});

async function workspaceWith(sweep: string): Promise<TestWorkspace> {
  const workspace = await TestWorkspace.create();
  workspaces.push(workspace);
  await writeGlyphsPipeline(workspace, { epochs: 2, train: 96, test: 16, more: `sweep: ${sweep},` });
  return workspace;
}

/** Successive halving: two trials of one epoch, the better one with two. */
const halving = `{ method: 'halving', trials: 2, eta: 2, space: {
  'train.learningRate': { min: 0.01, max: 0.2, scale: 'log' },
  'train.optimizer': { values: [{ type: 'sgd' }, { type: 'adam' }] },
} }`;

/** All sweeps of a workspace with their trials, as far as they don't depend on ids and times. */
async function recorded(workspace: TestWorkspace) {
  const store = await openStore({ folder: workspace.path('.trainyard', 'store') });
  try {
    return await Promise.all(
      (await store.sweeps.list()).map(async ({ id, status, result }) => ({
        status,
        best: { ...(result?.best as object), run: undefined },
        trials: (await store.sweeps.trials(id)).map(({ trial, rung, parameters, status, metrics }) => ({
          trial,
          rung,
          parameters,
          status,
          metrics,
        })),
        runs: (await store.runs.list({ limit: 1000 })).map(({ key, trigger }) => [
          key?.replace(id, 'id'),
          trigger,
        ]),
      })),
    );
  } finally {
    await store.close();
  }
}

/** Starts the sweep and kills it, with all that it has started, at the first line that matches. */
function killAt(workspace: TestWorkspace, line: RegExp): Promise<string> {
  const [file, ...args] = workspace.trainyardCommand('sweep', 'glyphs');
  const child = spawn(file, args, {
    cwd: workspace.root,
    detached: true,
    env: { ...process.env, FORCE_COLOR: '0' },
  });
  let output = '';
  return new Promise((done) => {
    const listen = (chunk: Buffer) => {
      output += chunk.toString();
      if (line.test(output) && child.exitCode === null && !child.killed) {
        child.kill('SIGKILL');
      }
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.on('exit', () => done(output));
  });
}

describe('sweep', () => {
  test(
    'killed in the middle and started again, it gives what it would have given, no trial twice',
    async () => {
      const undisturbed = await workspaceWith(halving);
      const { exitCode, output } = await undisturbed.trainyard('sweep', 'glyphs');
      expect(output).toContain('2 + 1 trials, halving');
      expect(output).toMatch(/best: trial \d, accuracy .* of the pictures kept back, with learningRate/);
      expect(exitCode).toBe(0);
      expect(existsSync(undisturbed.path('pipelines/glyphs/dist/sweep.html'))).toBe(true);

      const disturbed = await workspaceWith(halving);
      // The second trial is at its training.
      expect(await killAt(disturbed, /: succeeded[\s\S]*: train\n/)).not.toContain('best: trial');
      const resumed = await disturbed.trainyard('sweep', 'glyphs');
      expect(resumed.output).toContain(', which goes on: 2 + 1 trials');
      expect(resumed.exitCode).toBe(0);

      const [one, ...others] = await recorded(disturbed);
      expect(others).toEqual([]);
      expect(one!.status).toBe('succeeded');
      expect(one!.trials.map(({ trial, rung }) => `${trial}/${rung}`)).toHaveLength(3);
      expect(one!.runs).toHaveLength(3);
      expect(new Set(one!.runs.map(([, trigger]) => trigger))).toEqual(new Set(['sweep']));
      expect(one).toEqual((await recorded(undisturbed))[0]);
    },
    10 * minutes,
  );

  test(
    'is cancelled with its trials, and listed so; a wrong section starts nothing',
    async () => {
      const workspace = await workspaceWith(
        `{ method: 'grid', space: { 'train.learningRate': { values: [0.1, 0.2] } } }`,
      );
      const started = await workspace.trainyard('sweep', 'glyphs', '--detach');
      const [, id] = /sweep ([0-9a-f-]{36}): 2 trials, grid/.exec(started.output)!;
      const cancelled = await workspace.trainyard('sweep', 'glyphs', '--cancel', id!.slice(0, 8));
      expect(cancelled.output).toContain(`sweep ${id} is cancelled`);
      const { output } = await workspace.trainyard('sweep', 'glyphs', '--list');
      expect(output).toMatch(new RegExp(`${id!.slice(0, 8)} .* grid .* cancelled .* 2 of 2`));
      const [sweep] = await recorded(workspace);
      expect(sweep!.trials.map(({ status }) => status)).toEqual(['cancelled', 'cancelled']);

      await writeGlyphsPipeline(workspace, {
        more: `sweep: { method: 'grid', space: { 'train.learningRat': { values: [0.1] } } },`,
      });
      const refused = await workspace.trainyard('sweep', 'glyphs');
      expect(refused.exitCode).toBe(1);
      expect(refused.output).toContain(
        'expected paths of settings, such as train.learningRate, got train.learningRat;',
      );
      expect(await recorded(workspace)).toHaveLength(1);
    },
    5 * minutes,
  );
});
