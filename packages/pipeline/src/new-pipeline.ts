import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { loadImageFolder } from '@trainyard/datasets';
import { namePattern } from '@trainyard/runtime-common';
import type { ConsolaInstance } from 'consola';
import { printable } from './describe-error.ts';
import { CommandError } from './errors.ts';
import { configTemplate, networkTemplate } from './templates.ts';

/**
 * Makes `pipelines/<name>` for a folder of pictures with one sub-folder a class. Reads the pictures first, so that
 * what is wrong with them is said before anything is written.
 * @throws CommandError when the name is unfit or taken; DatasetError when the pictures cannot be trained on
 */
export async function newPipeline(
  name: string,
  options: { data: string; size: string },
  log: ConsolaInstance,
): Promise<void> {
  if (!namePattern.test(name))
    throw new CommandError('new-pipeline', 'a name of lower-case letters, digits and dashes', `"${name}"`);
  const size = Number(options.size);
  if (!Number.isInteger(size) || size < 16 || size > 512)
    throw new CommandError('new-pipeline --size', 'a whole number from 16 to 512', options.size);
  if (options.data === '')
    throw new CommandError('new-pipeline --data', 'a folder of pictures', 'an empty path');
  const root = resolve('pipelines', name);
  if (existsSync(root))
    throw new CommandError(
      'new-pipeline',
      'a new name',
      `pipelines/${name}, which exists`,
      'choose another name, or remove the folder',
    );

  const pictures = resolve(options.data);
  const { classes, train, test } = await loadImageFolder({ folder: pictures, size: [size, size] });
  await mkdir('pipelines', { recursive: true });
  const draft = await mkdtemp(`pipelines/.${name}-`);
  try {
    // mkdtemp makes folders for their owner alone.
    await chmod(draft, 0o777 & ~process.umask());
    const folder = relative(root, pictures).split(sep).join('/');
    await writeFile(
      join(draft, 'pipeline.config.ts'),
      configTemplate({ name, folder, size, pictures: train.length }),
    );
    await writeFile(join(draft, 'network.ts'), networkTemplate());
    await rename(draft, root);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
  const shown = classes.slice(0, 10);
  const more = classes.length > shown.length ? ', …' : '';
  log.success(
    `pipelines/${name}: ${train.length} pictures to train on, ${test.length} to test with, of ${classes.length} classes (${printable(shown.join(', '))}${more})`,
  );
  log.info(`Train and release it: npx nx run ${name}:release`);
}
