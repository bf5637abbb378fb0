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

/** What such a scheduler runs, once a slot. */
export const argumentsOf = ({ pipeline, mode }: PlatformSchedule): string[] => [
  'npx',
  'nx',
  'run',
  `${pipeline}:${mode === 'always' ? 'retrain' : 'check'}`,
];

export const commandOf = (schedule: PlatformSchedule): string => argumentsOf(schedule).join(' ');

/** @returns the paths that were written @throws CommandError where a file is there already */
export async function writePlatformFile(
  platform: SchedulerPlatform,
  schedule: PlatformSchedule,
  out = '.',
): Promise<string[]> {
  if (!schedule.cron)
    throw new CommandError('schedule', 'the times, such as "0 3 * * *"', 'none', 'give them before --file');
  const written: string[] = [];
  for (const [name, content] of Object.entries(platformFiles[platform](schedule))) {
    const path = join(resolve(out), name);
    await mkdir(dirname(path), { recursive: true });
    try {
      await writeFile(path, content, { flag: 'wx' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      throw new CommandError(relative('.', path), 'no file yet', 'one that is there', 'move it away first');
    }
    written.push(relative('.', path));
  }
  return written;
}
