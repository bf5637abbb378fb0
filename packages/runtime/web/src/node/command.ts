import { parseArgs } from 'node:util';
import { RuntimeError } from '@trainyard/runtime-common';
import { type Published, publishBundle, publishRuntime } from './publish.ts';

const usage = `trainyard-web bundle <folder> <to>    copies a bundle's files for the web, compressed too
trainyard-web runtime <to>            copies ONNX Runtime's files: what \`ortPath\` is given
  --webgpu                            with those for WebGPU
  --script                            with trainyard-web.js, for pages without a bundler
  --quality <0 to 11>                 of brotli; by default 11, and 9 for files over 4 MiB`;

/**
 * What the command `trainyard-web` does.
 * @returns what it prints, in lines
 * @throws RuntimeError at arguments that it does not take
 */
export async function runCommand(args: readonly string[]): Promise<string[]> {
  const published = await execute(args);
  if (published === 'help') return usage.split('\n');
  return published.files.map((file) => line(file, published.index.files[file]));
}

async function execute(args: readonly string[]): Promise<Published | 'help'> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      webgpu: { type: 'boolean', default: false },
      script: { type: 'boolean', default: false },
      quality: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  const quality = values.quality === undefined ? {} : { quality: qualityOf(values.quality) };
  const [command, first, second, ...rest] = positionals;
  if (command === 'bundle' && first && second && rest.length === 0)
    return publishBundle(first, second, quality);
  if (command === 'runtime' && first && second === undefined)
    return publishRuntime(first, {
      ...quality,
      script: values.script,
      providers: values.webgpu ? ['webgpu', 'wasm'] : ['wasm'],
    });
  throw new RuntimeError('trainyard-web', 'a command', positionals.join(' ') || 'none', 'see --help');
}

function qualityOf(text: string): number {
  const quality = Number(text);
  if (!Number.isInteger(quality) || quality < 0 || quality > 11)
    throw new RuntimeError('trainyard-web', 'a whole number from 0 to 11 as --quality', text);
  return quality;
}

function line(file: string, sizes: Published['index']['files'][string] | undefined): string {
  if (!sizes) return file;
  const { bytes, br, gz } = sizes;
  return `${file}  ${bytes} bytes, brotli ${br ?? 'no smaller'}, gzip ${gz ?? 'no smaller'}`;
}
