import { runWorker } from '@trainyard/jobs';
import type { Command } from 'commander';
import { flows } from '../jobs/flows.ts';
import { onSlot } from '../jobs/on-slot.ts';
import { workFolder } from '../jobs/places.ts';
import { type CommandContext, openWorkspaceStore, pipelineName } from './context.ts';

export const workerCommand = (program: Command, { log, interrupted }: CommandContext) =>
  program
    .command('worker <pipeline>')
    .description('take jobs of the pipeline until Ctrl-C, and look after its schedules')
    .option('--name <name>', 'what lists call this worker; host and process unless given')
    .action(async (given: string, { name }: { name?: string }) => {
      const pipeline = pipelineName(given);
      log.info(
        `worker of ${pipeline}: waiting for jobs; Ctrl-C ends it, and what it works on can go on later`,
      );
      await runWorker({
        open: openWorkspaceStore,
        pipelines: [pipeline],
        flows,
        folder: workFolder(),
        signal: interrupted,
        onSlot,
        log: (line) => log.info(line),
        ...(name && { name }),
      });
    });
