import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf } from '@trainyard/runtime-common';
import { writeFilesAtomic } from '@trainyard/trainer/files';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { cellLine, targetLine, verdict } from './report/lines.ts';
import { renderMarkdown } from './report/markdown.ts';
import type { Conformance } from './report/schema.ts';
import { runConformance } from './run.ts';
import { bundleNames, loadSubjects } from './subjects/index.ts';
import type { Target } from './target.ts';

export interface Surroundings {
  readonly targets: readonly Target[];
  readonly reference: Target;
  readonly signal: AbortSignal;
  readonly print: (line: string) => void;
}

interface Options {
  readonly targets: readonly string[];
  readonly variants: readonly string[];
  readonly pictures: number;
  readonly out?: string;
}

const docs = fileURLToPath(new URL('../docs', import.meta.url));
/** Ended by the signal, as shells say it. */
const interruptedCode = 130;

/**
 * The command: what it writes is there whole or not at all, and its temporary files are gone in the end.
 * @returns the exit code: 0 where every bar holds, 130 when the signal ended it, else 1
 */
export async function conformance(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  const { signal, print } = surroundings;
  let code = 0;
  const command = new Command('conformance')
    .description('Run the bundles on every platform that is here, and compare.')
    .option(
      '--targets <names>',
      `some of ${surroundings.targets.map(({ name }) => name).join(', ')}`,
      names,
      [],
    )
    .option(
      '--variants <names>',
      `variants such as int8-u8s8, bundles (${bundleNames.join(', ')}), or bundle/variant`,
      names,
      [],
    )
    .option('--pictures <count>', 'at most so many pictures of each', count, Infinity)
    .option('--out <folder>', 'where conformance.md and conformance.json go; docs/ for a run of everything')
    .exitOverride()
    .configureOutput({ writeErr: () => undefined, writeOut: (text) => print(text.trimEnd()) })
    .action(async (options: Options) => {
      code = await runCommandLine(options, surroundings);
    });
  try {
    await command.parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    if (signal.aborted) return interruptedCode;
    print(`conformance: ${messageOf(error)}`);
    return 1;
  }
}

const names = (text: string): string[] =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);

function count(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError('expected a whole number of at least 1');
  return value;
}

async function runCommandLine(
  options: Options,
  { targets, reference, signal, print }: Surroundings,
): Promise<number> {
  const chosen = chooseTargets(targets, options.targets);
  const scratch = await mkdtemp(join(tmpdir(), 'trainyard-conformance-'));
  try {
    const { subjects, skipped } = await loadSubjects({
      wanted: options.variants,
      pictures: options.pictures,
      scratch: join(scratch, 'bundles'),
      signal,
      log: print,
    });
    for (const { name, reason } of skipped) print(`${name}: skipped, ${reason}`);
    if (subjects.length === 0) throw new Error('expected a model to run, got none');
    const result = await runConformance({
      targets: chosen,
      reference,
      subjects,
      skippedSubjects: skipped,
      scratch,
      signal,
      onTarget: (target) => print(targetLine(target)),
      onCell: (cell) => print(cellLine(cell)),
    });
    await write(result, options, print);
    return judge(result, print);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function chooseTargets(targets: readonly Target[], wanted: readonly string[]): readonly Target[] {
  const unknown = wanted.filter((name) => !targets.some((target) => target.name === name));
  if (unknown.length > 0)
    throw new Error(
      `expected targets among ${targets.map(({ name }) => name).join(', ')}, got ${unknown.join(', ')}`,
    );
  return wanted.length === 0 ? targets : targets.filter(({ name }) => wanted.includes(name));
}

/** A part of the matrix does not replace the whole one in docs/, unless the user says where to. */
async function write(
  result: Conformance,
  { out, targets, variants, pictures }: Options,
  print: (line: string) => void,
) {
  const isPart = targets.length > 0 || variants.length > 0 || pictures !== Infinity;
  if (out === undefined && isPart) {
    print('nothing is written for a part of the matrix; --out names a folder to write it to');
    return;
  }
  const folder = resolve(out ?? docs);
  await writeFilesAtomic({
    [join(folder, 'conformance.md')]: renderMarkdown(result),
    [join(folder, 'conformance.json')]: `${JSON.stringify(result, null, 2)}\n`,
  });
  print(`written: conformance.md and conformance.json in ${folder}`);
}

/** @returns the exit code; a target that is missing is no failure but in CI, where none may be skipped unseen */
function judge(result: Conformance, print: (line: string) => void): number {
  const { lines, holds, complete } = verdict(result);
  for (const line of lines) print(line);
  if (!holds) return 1;
  if (!complete && process.env.CI) {
    print('conformance: in CI no target may be missing');
    return 1;
  }
  return 0;
}
