import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundlePage, openPage, serveFolders, withChromium } from '@trainyard/testing/browser';
import { tinyBundle } from '@trainyard/testing/runtime';
import sharp from 'sharp';
import { build, createServer } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { $ } from 'zx';
import { chromiumMissing, inChromium, withFiles } from './in-browser.cases.ts';
import { publishBundle, publishRuntime } from './node/index.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const readme = fileURLToPath(new URL('../README.md', import.meta.url));
const labels = ['ape', 'bee', 'cat'];
const bundle = tinyBundle({ labels });
/** What a user has: a project with the packages as npm installs them, and what lies in `public`. */
let project: string;
const inProject = (...path: string[]) => join(project, ...path);

const page = (script: string): string =>
  `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">${script}`;

beforeAll(async () => {
  if (chromiumMissing) return;
  await $({ cwd: root, quiet: true })`npx nx run @trainyard/runtime-web:build`;
  project = await mkdtemp(join(tmpdir(), 'trainyard-user-'));
  await mkdir(inProject('node_modules/@trainyard'), { recursive: true });
  for (const name of ['web', 'common'])
    for (const part of ['dist', 'package.json'])
      await cp(
        join(root, 'packages/runtime', name, part),
        inProject('node_modules/@trainyard', `runtime-${name}`, part),
        { recursive: true },
      );
  for (const name of ['onnxruntime-web', 'onnxruntime-common', 'valibot', '@noble'])
    await cp(join(root, 'node_modules', name), inProject('node_modules', name), {
      recursive: true,
      filter: (file) => !/\.(js\.map|mjs\.map|jsep\.\w+)$|docs|\/lib\//.test(file),
    });
  await withFiles(bundle.files, (folder) => publishBundle(folder, inProject('public/models/tiny')));
  await sharp({ create: { width: 9, height: 7, channels: 3, background: 'teal' } }).toFile(
    inProject('public/picture.png'),
  );
});
afterAll(() => project && rm(project, { recursive: true, force: true }));

/** What the page has written to its console once it wrote `lines` lines. */
async function consoleOf(url: string, lines: number): Promise<string[]> {
  return withChromium(async (browser) => {
    const { log } = await openPage(browser, url);
    for (let i = 0; i < 600 && log.filter((line) => !line.startsWith('[vite]')).length < lines; i++)
      await new Promise((resolve) => setTimeout(resolve, 100));
    return log.filter((line) => !line.startsWith('[vite]'));
  });
}

const example = async (language: string): Promise<string> => {
  const text = await readFile(readme, 'utf8');
  return [...text.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 'gs'))][0]![1]!;
};

const reads = `import { loadBundle } from '@trainyard/runtime-web';
const classifier = await loadBundle('/models/tiny', { threads: 1 });
console.log((await classifier.classify(new ImageData(20, 20))).map(({ label }) => label).sort().join(' '));
`;

describe.skipIf(chromiumMissing)(inChromium('the package as users have it'), () => {
  test('the example of the README runs', async () => {
    await mkdir(join(root, '.trainyard'), { recursive: true });
    const folder = await mkdtemp(join(root, '.trainyard/web-readme-'));
    try {
      await writeFile(join(folder, 'index.html'), page('<script type="module" src="./example.ts"></script>'));
      await writeFile(join(folder, 'example.ts'), await example('ts'));
      await bundlePage(folder, (bundled) =>
        serveFolders(
          { '/': bundled, '/models/': inProject('public/models'), '/pictures/': inProject('public') },
          async (url) => {
            const [label, count, ...rest] = await consoleOf(url, 2);
            expect(labels).toContain(label);
            expect([count, rest]).toEqual(['2', []]);
          },
        ),
      );
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test('a script tag is enough', async () => {
    await publishRuntime(inProject('public/ort'), { quality: 1, script: true });
    await writeFile(inProject('public/index.html'), page(await example('html')));
    await serveFolders({ '/': inProject('public') }, async (url) => {
      const [label, ...rest] = await consoleOf(url, 1);
      expect(labels).toContain(label);
      expect(rest).toEqual([]);
    });
    // In the page itself too.
    const inPage = `<script src="/ort/trainyard-web.js"></script><script type="module">
      const classifier = await trainyard.loadBundle('/models/tiny', { worker: false });
      console.log((await classifier.classify(new ImageData(20, 20))).length);
      await trainyard.loadBundle('/none').catch((error) => console.log(error instanceof trainyard.BundleError));
    </script>`;
    await writeFile(inProject('public/index.html'), page(inPage));
    await serveFolders({ '/': inProject('public') }, async (url) => {
      const log = await consoleOf(url, 4);
      expect(log.filter((line) => !line.startsWith('Failed to load'))).toEqual(['3', 'true']);
    });
    await rm(inProject('public/index.html'));
    await rm(inProject('public/ort'), { recursive: true });
  });

  test('Vite builds a page of it with its default config', async () => {
    await writeFile(inProject('index.html'), page('<script type="module" src="/main.js"></script>'));
    await writeFile(inProject('main.js'), reads);
    const built = inProject('built');
    await build({
      root: project,
      configFile: false,
      logLevel: 'error',
      build: { outDir: built, target: 'esnext' },
    });
    expect((await readdir(join(built, 'assets'))).filter((file) => file.endsWith('.wasm')).length).toBe(3);
    await serveFolders({ '/': built }, async (url) => {
      expect(await consoleOf(url, 1)).toEqual([labels.join(' ')]);
    });
  });

  test("Vite's dev server serves a page of it with its default config", async () => {
    await writeFile(inProject('index.html'), page('<script type="module" src="/main.js"></script>'));
    await writeFile(inProject('main.js'), reads);
    const server = await createServer({
      root: project,
      configFile: false,
      logLevel: 'error',
      server: { port: 0 },
    });
    try {
      await server.listen();
      // It may load the page again when it has found a package.
      expect((await consoleOf(server.resolvedUrls!.local[0]!, 1)).at(-1)).toBe(labels.join(' '));
    } finally {
      await server.close();
    }
  });
});
