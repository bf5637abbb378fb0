// Infers the Nx targets of every folder that holds a pipeline.config.ts.
// Plain JavaScript: Nx loads its plugins before anything could compile TypeScript.
import { basename, dirname } from 'node:path';
import { folderOf, stages } from './stages.mjs';

const run = 'node --import tsx --conditions=@trainyard/source packages/pipeline/src/cli.ts stage';

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
    options: { command: `${run} ${stage} {projectRoot}`, forwardAllArgs: true, color: true },
    metadata: { description },
  };
}

const createProjects = (configFiles) =>
  configFiles.map((configFile) => {
    const root = dirname(configFile);
    const targets = Object.fromEntries(Object.keys(stages).map((stage) => [stage, target(stage)]));
    return [
      configFile,
      { projects: { [root]: { root, name: basename(root), projectType: 'application', targets } } },
    ];
  });

export const name = 'trainyard';
export const createNodes = ['pipelines/*/pipeline.config.ts', createProjects];
export const createNodesV2 = createNodes;
