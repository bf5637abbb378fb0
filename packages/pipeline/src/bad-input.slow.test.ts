import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CommandResult, TestWorkspace } from './testing/workspace.ts';

let workspace: TestWorkspace;

beforeAll(async () => {
  workspace = await TestWorkspace.create();
  await workspace.writePictures('photos', 8);
  await workspace.trainyard('new-pipeline', 'good', '--data', './photos', '--size', '16');
  for (const stage of ['config', 'data', 'train', 'evaluate', 'export', 'optimize'])
    expect(await workspace.stage('good', stage, '--epochs=1')).toMatchObject({ exitCode: 0 });
});
afterAll(() => workspace.remove());

/** One line with the remedy, no stack, and an exit code that says so. */
function expectOneLine({ exitCode, output }: CommandResult, ...parts: string[]): void {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  expect(lines, output).toHaveLength(1);
  for (const part of parts) expect(lines[0]).toContain(part);
  expect(exitCode).toBe(1);
}

describe('folders of pictures', () => {
  test('a missing one', async () => {
    expectOneLine(await workspace.trainyard('new-pipeline', 'a', '--data', './nowhere'), 'nowhere');
  });

  test('an empty one', async () => {
    await mkdir(workspace.path('empty'));
    expectOneLine(
      await workspace.trainyard('new-pipeline', 'a', '--data', './empty'),
      'empty',
      'one sub-folder a class',
    );
  });

  test('a class with one picture', async () => {
    await workspace.writePictures('lonely', 4);
    await workspace.write('lonely/third/0.png', await readFile(workspace.path('photos/red/0.png')));
    expectOneLine(await workspace.trainyard('new-pipeline', 'a', '--data', './lonely'), 'third');
  });

  test('a corrupt PNG', async () => {
    await workspace.writePictures('broken', 4);
    await truncate(workspace.path('broken/red/2.png'), 60);
    expectOneLine(await workspace.trainyard('new-pipeline', 'a', '--data', './broken'), '2.png');
  });

  test('pictures that vanish after the pipeline was made leave the loaded ones alone', async () => {
    const before = await readFile(workspace.path('pipelines/good/.trainyard/data/train.bin'));
    const config = workspace.path('pipelines/good/.trainyard/config/data.json');
    const section = await readFile(config, 'utf8');
    await writeFile(config, section.replace('/photos', '/vanished'));
    expectOneLine(await workspace.stage('good', 'data'), 'vanished');
    await writeFile(config, section);
    expect(await readFile(workspace.path('pipelines/good/.trainyard/data/train.bin'))).toEqual(before);
  });
});

describe('configs', () => {
  test('a field that does not exist', async () => {
    await workspace.write(
      'pipelines/odd/pipeline.config.ts',
      "export default { name: 'odd', dataset: { name: 'digits' }, trian: {} };",
    );
    expectOneLine(await workspace.stage('odd', 'config'), 'odd/pipeline.config.ts');
  });

  test('a field that is missing', async () => {
    await workspace.write(
      'pipelines/odd/pipeline.config.ts',
      "export default { name: 'odd', dataset: { name: 'digits' } };",
    );
    expectOneLine(await workspace.stage('odd', 'config'), 'expected train', 'got nothing');
  });

  test.each([
    ['syntax', 'export default { name: ,', 'pipeline.config.ts:1:'],
    ['throws', "throw new Error('a\\nb');", 'expected a file that loads, got Error: a; repair it'],
  ])('a file that does not load: %s', async (_, source, part) => {
    await workspace.write('pipelines/odd/pipeline.config.ts', source);
    expectOneLine(await workspace.stage('odd', 'config'), part);
  });

  test.each(['--seed=', '--seed=1e300', '--epochs=0', '--epochs=-1', '--wrong=1'])('%s', async (option) => {
    const config = workspace.path('pipelines/good/.trainyard/config/train.json');
    const before = await readFile(config);
    expectOneLine(await workspace.stage('good', 'config', option));
    expect(await readFile(config)).toEqual(before);
  });

  test('options that are no numbers', async () => {
    const { exitCode, output } = await workspace.stage('good', 'config', '--epochs=many');
    expect(output).toContain('expected a whole number');
    expect(exitCode).toBe(1);
  });

  test('a stage that does not exist', async () => {
    expectOneLine(await workspace.stage('good', 'shrink'), 'one of config, data');
    expectOneLine(await workspace.stage('good', 'toString'), 'one of config, data');
  });

  test('a folder without a pipeline', async () => {
    expectOneLine(await workspace.stage('none', 'config'), 'expected a pipeline', 'new-pipeline');
    expect(existsSync(workspace.path('pipelines/none'))).toBe(false);
  });

  test('a stage before its turn', async () => {
    expectOneLine(await workspace.stage('good', 'verify'), 'prune/variants.json', 'run it through nx');
  });
});

describe('damaged files', () => {
  test('truncated weights', async () => {
    const weights = workspace.path('pipelines/good/.trainyard/train/weights.bin');
    const whole = await readFile(weights);
    await truncate(weights, whole.length - 7);
    expectOneLine(await workspace.stage('good', 'evaluate'), 'expected');
    await writeFile(weights, whole);
  });

  test('a truncated ONNX file', async () => {
    const model = workspace.path('pipelines/good/.trainyard/export/model.onnx');
    const whole = await readFile(model);
    await truncate(model, Math.floor(whole.length / 2));
    const before = await readFile(workspace.path('pipelines/good/.trainyard/optimize/float32.onnx'));
    expectOneLine(await workspace.stage('good', 'optimize'), 'expected');
    expect(await readFile(workspace.path('pipelines/good/.trainyard/optimize/float32.onnx'))).toEqual(before);
    await writeFile(model, whole);
  });
});

describe('training', () => {
  test('a learning rate that makes the loss infinite names step and place', async () => {
    await workspace.stage('good', 'config', '--epochs=3', '--learning-rate=1e30');
    const { exitCode, output } = await workspace.stage('good', 'train');
    expect(exitCode).toBe(1);
    expect(output).toMatch(/step \d+/);
  });

  test('a network that does not fit the pictures names the module', async () => {
    const network = workspace.path('pipelines/good/network.ts');
    const before = await readFile(network, 'utf8');
    await writeFile(network, before.replace('block(16, 32)', 'block(8, 32)'));
    await workspace.stage('good', 'config', '--epochs=1');
    expectOneLine(await workspace.stage('good', 'train'), 'expected 8', 'got 16');
    await writeFile(network, before);
  });

  test('a network with a logit too many', async () => {
    const network = workspace.path('pipelines/good/network.ts');
    const before = await readFile(network, 'utf8');
    await writeFile(network, before.replace('new nn.Linear(64, classes)', 'new nn.Linear(64, classes + 1)'));
    expectOneLine(await workspace.stage('good', 'train'), 'expected an output float32 [1, 2]', '[1, 3]');
    await writeFile(network, before);
  });

  test('a disk that takes no more in the middle of a file leaves the results of before', async () => {
    const folder = workspace.path('pipelines/good/.trainyard');
    const results = async () => {
      const names = await readdir(join(folder, 'optimize'));
      return Promise.all(names.map((name) => readFile(join(folder, 'optimize', name))));
    };
    const before = await results();
    // No file may grow beyond some kilobytes, fewer than a model has.
    const limited = ['-c', 'ulimit -f 16; exec "$@"', 'sh'];
    const stage = workspace.trainyardCommand('stage', 'optimize', 'pipelines/good');
    expectOneLine(
      await workspace.command('sh', ...limited, ...stage),
      'expected room for the result',
      'free some space',
    );
    expect(await results()).toEqual(before);
    expect((await readdir(folder)).filter((name) => /lock|tmp|previous/.test(name))).toEqual([]);
  });

  test.each(['SIGINT', 'SIGTERM'] as const)(
    '%s writes a checkpoint, and the run goes on from it',
    async (signal) => {
      await workspace.stage('good', 'config', '--epochs=1000000', `--seed=${signal.length}`);
      const { exitCode, output } = await workspace.command(
        'timeout',
        `--signal=${signal}`,
        '--preserve-status',
        '8',
        ...workspace.trainyardCommand('stage', 'train', 'pipelines/good'),
      );
      expect(output).toContain('it can go on from here');
      expect(exitCode).toBe(130);
      const checkpoints = workspace.path('pipelines/good/.trainyard/checkpoints');
      expect((await readdir(checkpoints)).filter((name) => name.endsWith('.ckpt'))).toHaveLength(1);
      await rm(checkpoints, { recursive: true });
    },
  );
});
