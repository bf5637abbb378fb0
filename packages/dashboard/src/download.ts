import { Readable } from 'node:stream';
import { NotFoundError, type Store } from '@trainyard/registry';

/**
 * A file of a run, to be saved: never shown in a page, whatever it holds.
 * @throws NotFoundError, InputError where there is no such run or file
 */
export async function download(
  store: Pick<Store, 'runs' | 'artifacts'>,
  { run = '', name = '' }: Readonly<Record<string, string>>,
): Promise<Response> {
  const file = (await store.runs.files(run)).find((one) => one.name === name);
  if (!file) throw new NotFoundError(`run ${run}`, 'a file of this name', 'none');
  const pieces = store.artifacts.read(file.digest);
  return new Response(Readable.toWeb(Readable.from(pieces, { objectMode: false })) as ReadableStream, {
    headers: {
      'Content-Type': 'application/octet-stream',
      'Content-Length': String(file.bytes),
      // The store's names have no quote and no letter beyond ASCII.
      'Content-Disposition': `attachment; filename="${name.split('/').at(-1)}"`,
    },
  });
}
