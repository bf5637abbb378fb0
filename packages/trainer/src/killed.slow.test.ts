import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Generator } from '@trainyard/autograd';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const script = fileURLToPath(new URL('killed-run.cases.ts', import.meta.url));
const steps = 6 * (96 / 8);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trainer-'));
});
afterAll(() => rm(folder, { recursive: true }));

interface Run {
  readonly signal: NodeJS.Signals | null;
  readonly code: number | null;
  /** Steps of which it told. */
  readonly told: readonly number[];
}

/** Trains in a process of its own, which is killed `delay` ms after it told of a step, if one is given. */
function train(name: string, executor: string, kill?: { step: number; delay: number }): Promise<Run> {
  const files = [join(folder, `${name}.ckpt`), join(folder, `${name}.bin`)];
  const flags = ['--import', 'tsx', '--conditions=@trainyard/source'];
  const child = spawn(process.execPath, [...flags, script, ...files, executor], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const told: number[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    for (const line of text.trim().split('\n')) {
      told.push(Number(line));
      if (Number(line) === kill?.step) setTimeout(() => child.kill('SIGKILL'), kill.delay);
    }
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject).on('close', (code, signal) => resolve({ code, signal, told }));
  });
}

const weightsOf = (name: string) => readFile(join(folder, `${name}.bin`));

describe.each([
  { executor: 'eager', moments: 10 },
  { executor: 'workers', moments: 6 },
])('a run that is killed with SIGKILL: $executor', ({ executor, moments }) => {
  it('and resumed gives the weights of the uninterrupted one, at random moments', async () => {
    const whole = await train(executor, executor);
    expect(whole).toMatchObject({ code: 0, told: Array.from({ length: steps }, (_, i) => i + 1) });
    const expected = await weightsOf(executor);
    const generator = new Generator(Date.now());
    const [at, delays] = [generator.integers(moments, 1, steps - 8), generator.integers(moments, 0, 12)];
    for (let i = 0; i < moments; i++) {
      const name = `${executor}${i}`;
      const kill = { step: at[i], delay: delays[i] };
      const where = `run ${i}, killed ${kill.delay} ms after step ${kill.step}`;
      const first = await train(name, executor, kill);
      expect(first.signal, where).toBe('SIGKILL');
      await expect(stat(join(folder, `${name}.bin`)), where).rejects.toMatchObject({ code: 'ENOENT' });
      const second = await train(name, executor);
      expect(second.code, where).toBe(0);
      expect(second.told.length, where).toBeLessThan(steps + 1);
      expect((await weightsOf(name)).equals(expected), where).toBe(true);
    }
  });
});
