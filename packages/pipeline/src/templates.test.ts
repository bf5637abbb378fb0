import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { configTemplate } from './templates.ts';

test.each(['../../photos', "../it's here", '../"quoted"', `../both ' and "`, 'C:\\photos\\"', 'line\nbreak'])(
  'the config names the folder %j',
  (folder) => {
    const config = configTemplate({ name: 'flowers', folder, size: 64, pictures: 96 });
    const [, literal] = /folder: (.*), size: \[64, 64\]/.exec(config) ?? [];
    expect(runInNewContext(literal ?? '')).toBe(folder);
  },
);

test('a plain folder stands in single quotes, as in the rest of the config', () => {
  const config = configTemplate({ name: 'flowers', folder: '../../photos', size: 64, pictures: 96 });
  expect(config).not.toContain('"');
});
