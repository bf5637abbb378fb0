import type { Command } from 'commander';
import { type CommandContext, withStore } from './context.ts';

export const cleanStoreCommand = (program: Command, { log }: CommandContext) =>
  program
    .command('clean-store')
    .description('remove artifacts that nothing refers to; only where no other store has its artifacts there')
    .action(() =>
      withStore(async (store) => {
        const { removed, bytes } = await store.collectGarbage();
        log.success(`${removed} artifacts removed, ${(bytes / 1e6).toFixed(1)} MB`);
      }),
    );
