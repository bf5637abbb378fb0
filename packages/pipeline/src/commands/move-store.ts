import { Queue, resumeRuns } from '@trainyard/jobs';
import { copyStore, openStore } from '@trainyard/registry';
import type { Command } from 'commander';
import { flows } from '../jobs/flows.ts';
import { storeFolder } from '../jobs/places.ts';
import type { CommandContext } from './context.ts';

export const moveStoreCommand = (program: Command, { log }: CommandContext) =>
  program
    .command('move-store <url>')
    .description('copy everything from the embedded store to an empty PostgreSQL database, postgres://…')
    .action(async (url: string) => {
      // Not shared: no worker may be at work meanwhile.
      const from = await openStore({ folder: storeFolder(), url: '' });
      try {
        const to = await openStore({ folder: storeFolder(), url });
        try {
          const { tables } = await copyStore(from, to);
          const queue = await Queue.open(to.database);
          const open = await resumeRuns(to, queue, flows);
          await queue.close();
          for (const { table, rows } of tables) if (rows > 0) log.info(`${table}: ${rows} rows`);
          log.success(
            `everything is in ${to.database.name}, with ${open} runs to go on with; set TRAINYARD_DATABASE_URL to it`,
          );
        } finally {
          await to.close();
        }
      } finally {
        await from.close();
      }
    });
