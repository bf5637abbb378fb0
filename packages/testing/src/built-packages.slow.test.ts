import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { $ } from 'zx';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const run = $({ cwd: root, quiet: true });

interface PackageFile {
  readonly name: string;
  readonly private?: boolean;
  readonly exports: Readonly<Record<string, string | { readonly default: string }>>;
}

const folders = [
  'datasets',
  ...['packages', 'packages/runtime'].flatMap((parent) =>
    readdirSync(`${root}/${parent}`).map((name) => `${parent}/${name}`),
  ),
];
const packages = folders.flatMap((folder): PackageFile[] => {
  try {
    return [JSON.parse(readFileSync(`${root}/${folder}/package.json`, 'utf8'))];
  } catch {
    return [];
  }
});

/** Every entry of every public package, `@trainyard/trainer/node` style, that holds code. */
const entries = packages
  .filter((file) => !file.private)
  .flatMap(({ name, exports }) =>
    Object.entries(exports).flatMap(([path, target]) =>
      typeof target === 'object' ? [name + path.slice(1)] : [],
    ),
  );

beforeAll(() => run`npx nx run-many -t build`);

test('there are packages to try', () => expect(entries.length).toBeGreaterThan(7));

test.each(entries)(
  '%s is imported by plain Node, compiled and without the source condition',
  async (entry) => {
    const { stdout } =
      await run`node --input-type=module -e ${`console.log(Object.keys(await import('${entry}')).length)`}`;
    expect(Number(stdout)).toBeGreaterThan(0);
  },
);
