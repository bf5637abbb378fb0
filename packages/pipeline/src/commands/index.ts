import type { Command } from 'commander';
import type { CommandContext } from './context.ts';

type AddCommand = (program: Command, context: CommandContext) => unknown;

/**
 * Commands over the store; those with a pipeline are targets of Nx as well: `../../nx/commands.mjs`. Each is loaded
 * when it is asked for: stages, which Nx starts by the dozen, need no database.
 */
const commands: Readonly<Record<string, () => Promise<AddCommand>>> = {
  retrain: async () => (await import('./retrain.ts')).retrainCommand,
  check: async () => (await import('./retrain.ts')).checkCommand,
  worker: async () => (await import('./worker.ts')).workerCommand,
  schedule: async () => (await import('./schedule.ts')).scheduleCommand,
  sweep: async () => (await import('./sweep.ts')).sweepCommand,
  runs: async () => (await import('./runs.ts')).runsCommand,
  models: async () => (await import('./models.ts')).modelsCommand,
  approve: async () => (await import('./aliases.ts')).approveCommand,
  refuse: async () => (await import('./aliases.ts')).refuseCommand,
  rollback: async () => (await import('./aliases.ts')).rollbackCommand,
  dashboard: async () => (await import('./dashboard.ts')).dashboardCommand,
  'clean-store': async () => (await import('./clean-store.ts')).cleanStoreCommand,
  'move-store': async () => (await import('./move-store.ts')).moveStoreCommand,
};

/** Adds the command that was asked for; all of them where none was, for the help. */
export async function addCommands(program: Command, context: CommandContext, asked?: string): Promise<void> {
  const needsAll = asked === undefined || asked.startsWith('-') || asked === 'help';
  for (const [name, load] of Object.entries(commands))
    if (needsAll || name === asked) (await load())(program, context);
}
