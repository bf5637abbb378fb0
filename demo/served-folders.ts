import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { Plugin } from 'vite';

const contentTypes: Readonly<Record<string, string>> = {
  '.json': 'application/json',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};

export interface ServedFolder {
  /** Its name in the site, such as `bundle`. */
  readonly name: string;
  readonly folder: string;
  /** Which of its files. */
  readonly files: (name: string) => boolean;
}

/** Serves files from beside the demo as they are, and puts them into its build. */
export const servedFolders = (folders: readonly ServedFolder[]): Plugin => ({
  name: 'served-folders',
  configureServer(server) {
    for (const { name, folder, files } of folders)
      server.middlewares.use(`/${name}/`, async (request, response, next) => {
        const file = (request.url ?? '/').slice(1).split('?')[0] ?? '';
        if (!files(file)) return next();
        const path = join(folder, file);
        const found = await stat(path).catch(() => undefined);
        if (!found?.isFile()) return next();
        response.setHeader('Content-Type', contentTypes[extname(file)] ?? 'application/octet-stream');
        response.setHeader('Content-Length', found.size);
        createReadStream(path).pipe(response);
      });
  },
  async generateBundle() {
    for (const { name, folder, files } of folders)
      for (const file of (await readdir(folder)).filter(files))
        this.emitFile({
          type: 'asset',
          fileName: `${name}/${file}`,
          source: await readFile(join(folder, file)),
        });
  },
});
