import { once } from 'node:events';
import { serveDashboard } from '@trainyard/dashboard';
import { Queue } from '@trainyard/jobs';
import type { Command } from 'commander';
import { CommandError } from '../errors.ts';
import { dashboardActions } from '../jobs/dashboard-actions.ts';
import { type CommandContext, withStore } from './context.ts';

export const dashboardCommand = (program: Command, { log, interrupted }: CommandContext) =>
  program
    .command('dashboard')
    .description('serve a page over runs, models, schedules and drift to this machine, until Ctrl-C')
    .option('--port <number>', 'the port of loopback', '4680')
    .action(async ({ port }: { port: string }) => {
      if (!/^\d{1,5}$/.test(port)) throw new CommandError('dashboard', 'the number of a port', port);
      await withStore(async (store) => {
        const queue = await Queue.open(store.database);
        const dashboard = await serveDashboard({
          store,
          actions: dashboardActions(store, queue),
          port: Number(port),
        });
        log.success(`reading: ${dashboard.url}`);
        log.success(`changing things too, for you alone: ${dashboard.signInUrl}`);
        if (!interrupted.aborted) await once(interrupted, 'abort');
        await dashboard.close();
        await queue.close();
      });
    });
