import { mkdtemp, rm } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, defaultClientConditions, type Plugin } from 'vite';

/** Vite puts an empty module where a module of Node is asked for; in our own packages that is an error. */
const withoutNode: Plugin = {
  name: 'without-node',
  enforce: 'pre',
  resolveId(source, importer) {
    if (importer && isBuiltin(source) && !importer.includes('/node_modules/'))
      this.error(`the browser has no ${source}, which ${importer} imports`);
  },
};

/**
 * For tests: bundles the page `index.html` of a folder as a user of our packages would, from their sources, into a
 * folder that is removed at the end. ONNX Runtime's WASM files stay outside of it.
 * @throws Error where one of our packages asks for a module of Node
 */
export async function bundlePage<T>(root: string, use: (folder: string) => Promise<T>): Promise<T> {
  const outDir = await mkdtemp(join(tmpdir(), 'trainyard-page-'));
  try {
    await build({
      root,
      configFile: false,
      logLevel: 'silent',
      plugins: [withoutNode],
      resolve: {
        conditions: ['@trainyard/source', 'onnxruntime-web-use-extern-wasm', ...defaultClientConditions],
      },
      build: { outDir, emptyOutDir: true, minify: false, target: 'esnext', reportCompressedSize: false },
    });
    return await use(outDir);
  } finally {
    await rm(outDir, { recursive: true, force: true });
  }
}
