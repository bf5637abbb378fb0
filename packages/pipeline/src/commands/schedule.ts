import { checkTimes, lastSlot, nextSlots } from '@trainyard/jobs';
import type { Schedule } from '@trainyard/registry';
import { type Command, Option } from 'commander';
import { type CommandContext, pipelineName, withStore } from './context.ts';
import { makeTable, time } from './format.ts';

interface ScheduleOptions {
  readonly name: string;
  readonly timeZone: string;
  readonly ifNeeded?: boolean;
  readonly list?: boolean;
  readonly pause?: boolean;
  readonly resume?: boolean;
  readonly remove?: boolean;
  readonly file?: 'kubernetes' | 'systemd' | 'github';
  readonly out?: string;
}

export const scheduleCommand = (program: Command, context: CommandContext) =>
  program
    .command('schedule <pipeline> [cron...]')
    .description(
      'retrain at the times of a cron expression, such as "0 3 * * *"; without one, list the schedules',
    )
    .option('--name <name>', 'a pipeline may have several schedules, each with its name', 'default')
    .option('--time-zone <zone>', 'the zone that the expression is in', 'UTC')
    .option('--if-needed', 'retrain only where new data, drift or age ask for it')
    .option('--list', 'list the schedules')
    .option('--pause', 'take no slots until it is resumed')
    .option('--resume', 'take slots again, from the next one on')
    .option('--remove', 'remove the schedule')
    .addOption(
      new Option('--file <platform>', "write a file for the platform's own scheduler instead").choices([
        'kubernetes',
        'systemd',
        'github',
      ]),
    )
    .option('--out <folder>', 'where the file goes; the current folder unless given')
    .action((given: string, words: readonly string[], options: ScheduleOptions) =>
      schedule(pipelineName(given), words.join(' '), options, context),
    );

async function schedule(
  pipeline: string,
  cron: string,
  { name, timeZone, ifNeeded, pause, resume, remove, file, out }: ScheduleOptions,
  { log }: CommandContext,
): Promise<void> {
  const mode = ifNeeded ? 'needed' : 'always';
  if (cron) checkTimes({ cron, timeZone });
  if (file) {
    const { writePlatformFile } = await import('../schedule-files/index.ts');
    for (const path of await writePlatformFile(file, { pipeline, cron, timeZone, mode }, out))
      log.success(path);
    return;
  }
  await withStore(async ({ schedules }) => {
    if (cron) {
      const made = await schedules.put({ pipeline, name, cron, timeZone, mode });
      log.success(
        `${name}: ${cron} (${timeZone}), next ${time(nextSlots(made, new Date(), 1)[0]!, timeZone)}`,
      );
      log.info(`a worker takes its slots: nx run ${pipeline}:worker`);
    }
    if (remove) await schedules.remove(pipeline, name);
    if (pause || resume) await schedules.pause(pipeline, name, pause === true);
    const all = await schedules.list({ pipeline });
    if (all.length === 0) log.info(`${pipeline} has no schedule; make one with: schedule -- "0 3 * * *"`);
    else log.log(tableOf(all));
  });
}

function tableOf(schedules: readonly Schedule[]): string {
  const table = makeTable({ head: ['name', 'cron', 'zone', 'retrains', 'state', 'last slot', 'next slot'] });
  for (const one of schedules) {
    const { name, cron, timeZone, mode, paused } = one;
    const last = lastSlot(one, new Date());
    table.push([
      name,
      cron,
      timeZone,
      mode === 'always' ? 'always' : 'if needed',
      paused ? 'paused' : 'active',
      last < one.created ? '–' : time(last, timeZone),
      paused ? '–' : time(nextSlots(one, new Date(), 1)[0]!, timeZone),
    ]);
  }
  return table.toString();
}
