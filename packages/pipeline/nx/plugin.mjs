// Infers the Nx targets of every folder that holds a pipeline.config.ts.
// Plain JavaScript: Nx loads its plugins before anything could compile TypeScript.
import { basename, dirname } from 'node:path';
import { commands } from './commands.mjs';
import { folderOf, stages } from './stages.mjs';

const run = 'node --import tsx --conditions=@trainyard/source packages/pipeline/src/cli.ts';

function target(stage) {
  const { description, reads, code, outputs, cache = true, parallelism = true } = stages[stage];
  const files = Object.entries(reads).map(([name, file]) => ({
    dependentTasksOutputFiles: `**/${folderOf(name)}/${file}`,
  }));
  return {
    executor: 'nx:run-commands',
    // Options given on the command line reach the stage that resolves the config, whichever target was asked for.
    dependsOn: Object.keys(reads).map((name) => ({ target: name, params: 'forward' })),
    inputs: [
      ...code,
      `{workspaceRoot}/packages/pipeline/src/stages/${stage}.ts`,
      ...files.map((file) => ({ ...file, transitive: true })),
    ],
    outputs: outputs ?? [`{projectRoot}/${folderOf(stage)}`],
    cache,
    parallelism,
    options: { command: `${run} stage ${stage} {projectRoot}`, forwardAllArgs: true, color: true },
    metadata: { description },
  };
}

/** A command has its say each time it is asked, and may ask back nothing: it runs in the terminal as it is. */
const commandTarget = (command) => ({
  executor: 'nx:run-commands',
  cache: false,
  options: { command: `${run} ${command} {projectName}`, forwardAllArgs: true, color: true },
  metadata: { description: commands[command] },
});

const createProjects = (configFiles) =>
  configFiles.map((configFile) => {
    const root = dirname(configFile);
    const targets = Object.fromEntries([
      ...Object.keys(stages).map((stage) => [stage, target(stage)]),
      ...Object.keys(commands).map((command) => [command, commandTarget(command)]),
    ]);
    return [
      configFile,
      { projects: { [root]: { root, name: basename(root), projectType: 'application', targets } } },
    ];
  });

export const name = 'trainyard';
export const createNodes = ['pipelines/*/pipeline.config.ts', createProjects];
export const createNodesV2 = createNodes;
