import { fileURLToPath } from 'node:url';
import { defaultClientConditions, defineConfig } from 'vite';
import { servedFolders } from './served-folders.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** A page that is isolated from other origins may share memory between threads. */
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export default defineConfig({
  root: here('.'),
  // Works under any path of a static host.
  base: './',
  plugins: [
    servedFolders([
      {
        name: 'bundle',
        folder: here('../pipelines/digits/dist/bundle'),
        files: (name) => /^[\w.-]+\.(onnx|json|sha256)$/.test(name),
      },
    ]),
  ],
  // From the sources of the packages, as tests have them; ONNX Runtime's files stay files, for all its users here.
  resolve: {
    conditions: ['@trainyard/source', 'onnxruntime-web-use-extern-wasm', ...defaultClientConditions],
  },
  // What only the worker needs, too: found late, it would have the page load again in the middle of a training.
  optimizeDeps: { entries: ['index.html', 'src/teach/learn-worker.ts'] },
  worker: { format: 'es' },
  server: { headers },
  preview: { headers },
  build: { outDir: here('dist'), emptyOutDir: true, target: 'es2023', chunkSizeWarningLimit: 900 },
});
