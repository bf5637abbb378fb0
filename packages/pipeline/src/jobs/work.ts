import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import {
  FinalError,
  type StageContext,
  type StageResult,
  type StageTask,
  type StageWork,
} from '@trainyard/jobs';
import { createConsola } from 'consola';
import { describeError, isOurs } from '../describe-error.ts';
import { PipelineFolder } from '../folder.ts';
import { pipelineFolder } from './places.ts';
import { type JobStage, jobStages } from './stage-work.ts';

const console = createConsola({ level: 3, formatOptions: { date: false } });

/** What the child process of a worker does for a stage of a flow. */
const work: StageWork = async (task, context) => {
  const stage: JobStage | undefined = jobStages[task.stage];
  if (!stage)
    throw new FinalError(`stage ${task.stage}: expected one of ${Object.keys(jobStages).join(', ')}`);
  try {
    return await runStage(stage, task, context);
  } catch (error) {
    // What a pipeline's own checks refuse, they refuse again.
    if (isOurs(error) && !context.signal.aborted)
      throw new FinalError(describeError(error), { cause: error });
    throw error;
  }
};

async function runStage(stage: JobStage, task: StageTask, job: StageContext): Promise<StageResult> {
  const folder = new PipelineFolder(pipelineFolder(task.run.pipeline), task.folder);
  const { outputs, result } = await stage({ task, folder, console, job });
  return { files: await filesBelow(task.folder, outputs), result };
}

/** All files of these folders, by their paths in the work folder. */
async function filesBelow(root: string, folders: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const folder of folders)
    for (const entry of await readdir(join(root, folder), { recursive: true, withFileTypes: true }))
      if (entry.isFile()) files.push(relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'));
  return files.sort();
}

export default work;
