// Infers the Nx targets of every folder that holds a pipeline.config.ts.
// Plain JavaScript: Nx loads its plugins before anything could compile TypeScript.
import { basename, dirname } from 'node:path';
import { stages } from './stages.mjs';

const run = 'node --import tsx --conditions=@trainyard/source packages/pipeline/src/cli.ts stage';

/** What a stage leaves behind, which is what the stages after it read. */
const outputsOf = (stage) => [stages[stage].output ?? `{projectRoot}/.trainyard/${stage}`];

function target(stage) {
  const { after, code, cache = true, parallelism = true, description } = stages[stage];
  const inputs = [
    ...code,
    `{workspaceRoot}/packages/pipeline/src/stages/${stage}.ts`,
    // A stage reads its own section of the config, and the files its predecessors wrote: nothing else re-runs it.
    ...(after.length > 0 ? [{ dependentTasksOutputFiles: `**/.trainyard/config/${stage}.json` }] : []),
    ...after
      .filter((name) => name !== 'config')
      .map((name) => ({ dependentTasksOutputFiles: stages[name].reads ?? `**/.trainyard/${name}/**` })),
  ];
  return {
    executor: 'nx:run-commands',
    // Options given on the command line reach the stage that resolves the config, whichever target was asked for.
    dependsOn: after.map((name) => ({ target: name, params: 'forward' })),
    inputs,
    outputs: outputsOf(stage),
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
