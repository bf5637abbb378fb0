// Builds `dist/script`: what a page without a bundler loads, in two files.
import { fileURLToPath } from 'node:url';
import { build, defaultClientConditions } from 'vite';

const path = (file) => fileURLToPath(new URL(file, import.meta.url));

/** Only a bundler knows where ONNX Runtime's files are otherwise; Vite would put them into the script itself. */
const withoutOrtFiles = {
  name: 'without-ort-files',
  enforce: 'pre',
  load: (id) => (id.endsWith('/bundled-ort-files.ts') ? 'export const bundledOrtFiles = {};' : undefined),
};

async function buildOne(options) {
  await build({
    configFile: false,
    root: path('.'),
    logLevel: 'warn',
    plugins: [withoutOrtFiles],
    resolve: { conditions: ['@trainyard/source', ...defaultClientConditions] },
    build: { outDir: path('dist/script'), emptyOutDir: false, target: 'es2022', ...options },
  });
}

await buildOne({
  lib: {
    entry: path('src/script.ts'),
    name: 'trainyard',
    formats: ['iife'],
    fileName: () => 'trainyard-web.js',
  },
});
// Not as a library: those in the form of modules keep their white space.
await buildOne({
  modulePreload: false,
  rolldownOptions: {
    input: path('src/worker.ts'),
    preserveEntrySignatures: 'strict',
    output: { format: 'es', codeSplitting: false, entryFileNames: 'trainyard-web.worker.js' },
  },
});
