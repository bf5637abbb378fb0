import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { CommandError } from '../errors.ts';
import { githubWorkflow } from './github.ts';
import { kubernetesCronJob } from './kubernetes.ts';
import { systemdUnits } from './systemd.ts';

/** When a platform's own scheduler is to run a pipeline. */
export interface PlatformSchedule {
  readonly pipeline: string;
  /** Five fields of cron. */
  readonly cron: string;
  readonly timeZone: string;
  readonly mode: 'always' | 'needed';
}

/** Files by name, for each platform that has a scheduler. */
export const platformFiles = {
  kubernetes: kubernetesCronJob,
  systemd: systemdUnits,
  github: githubWorkflow,
} as const satisfies Record<string, (schedule: PlatformSchedule) => Readonly<Record<string, string>>>;

export type SchedulerPlatform = keyof typeof platformFiles;

const targetOf = ({ pipeline, mode }: PlatformSchedule): string =>
  `${pipeline}:${mode === 'always' ? 'retrain' : 'check'}`;

/** What a scheduler runs once a slot, which may send it a signal. */
export const argumentsOf = (schedule: PlatformSchedule): string[] => [
  'node_modules/.bin/nx',
  'run',
  targetOf(schedule),
];

/** The same as people write it. */
export const commandOf = (schedule: PlatformSchedule): string => `npx nx run ${targetOf(schedule)}`;

/**
 * Writes all of a platform's files, or none.
 * @returns the paths that were written
 * @throws CommandError where a file is there already
 */
export async function writePlatformFile(
  platform: SchedulerPlatform,
  schedule: PlatformSchedule,
  out = '.',
): Promise<string[]> {
  if (!schedule.cron)
    throw new CommandError('schedule', 'the times, such as "0 3 * * *"', 'none', 'give them before --file');
  const files = Object.entries(platformFiles[platform](schedule)).map(([name, content]) => ({
    path: join(resolve(out), name),
    content,
  }));
  const taken = ({ path }: { path: string }) => {
    throw new CommandError(relative('.', path), 'no file yet', 'one that is there', 'move it away first');
  };
  for (const file of files) if (existsSync(file.path)) taken(file);
  for (const file of files) {
    await mkdir(dirname(file.path), { recursive: true });
    try {
      await writeFile(file.path, file.content, { flag: 'wx' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      taken(file);
    }
  }
  return files.map(({ path }) => relative('.', path));
}
