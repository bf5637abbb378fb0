#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { messageOf, RuntimeError } from '@trainyard/runtime-common';
import { type Published, publishBundle, publishRuntime } from './publish.ts';

const usage = `trainyard-web bundle <folder> <to>    copies a bundle's files for the web, compressed too
trainyard-web runtime <to>            copies ONNX Runtime's files: what \`ortPath\` is given
  --webgpu                            with those for WebGPU
  --script                            with trainyard-web.js, for pages without a bundler
  --quality <0 to 11>                 of brotli; by default 11, and 9 for files over 4 MiB`;

async function main(args: readonly string[]): Promise<Published | undefined> {
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
  if (values.help) {
    console.log(usage);
    return undefined;
  }
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

main(process.argv.slice(2)).then(
  (published) => {
    for (const file of published?.files ?? []) console.log(line(file, published!.index.files[file]));
  },
  (error: unknown) => {
    console.error(messageOf(error));
    process.exitCode = 1;
  },
);

function line(file: string, sizes: Published['index']['files'][string] | undefined): string {
  if (!sizes) return file;
  const { bytes, br, gz } = sizes;
  return `${file}  ${bytes} bytes, brotli ${br ?? 'no smaller'}, gzip ${gz ?? 'no smaller'}`;
}
