import { join } from 'node:path';
import { writeFilesAtomic } from '@trainyard/exporter';
import { Command, Option } from 'commander';
import { generateC } from '../generate-c.ts';
import type { KernelOptions } from '../kernels/kernel.ts';
import { identifier } from '../program/names.ts';
import { printReport } from '../report/print-report.ts';
import { readGivenModel } from './read-model.ts';

interface CommandOptions extends KernelOptions {
  readonly variant?: string;
  readonly out: string;
  readonly name?: string;
}

/** Where the command's text goes; the terminal unless a test says otherwise. */
export type Print = (text: string) => void;

/** `generate-c <bundle folder or model.onnx> --out firmware/` */
export const generateCommand = (print: Print = (text) => process.stdout.write(text)): Command =>
  new Command('generate-c')
    .description('Turns a model into dependency-free C99: a header, a source, a main.c and a report.')
    .argument('<model>', 'a bundle folder, or an ONNX file')
    .requiredOption('-o, --out <folder>', 'where the files go; other files there stay')
    .option('--variant <name>', 'which variant of the bundle; the smallest for embedded unless given')
    .option(
      '--name <name>',
      'begins the names of files, functions and macros; the name of the bundle or the graph',
    )
    .option('--cmsis-nn', 'call CMSIS-NN where it has a function', false)
    .addOption(
      new Option('--requantize <how>', 'how integer kernels scale their sums')
        .choices(['float', 'integer'])
        .default('float'),
    )
    .action(async (path: string, options: CommandOptions) => print(await generateInto(path, options)));

/** Writes the files, all or none, and gives the report. */
async function generateInto(path: string, options: CommandOptions): Promise<string> {
  const { model, digest, title, labels, name: given } = await readGivenModel(path, options.variant);
  const name = options.name ?? (given === undefined ? undefined : identifier(given).toLowerCase());
  const { cmsisNn, requantize, out } = options;
  const generated = generateC(model, {
    cmsisNn,
    requantize,
    digest,
    title,
    ...(name === undefined ? {} : { name }),
    ...(labels ? { labels } : {}),
  });
  const report = printReport(generated.report);
  const header = `${generated.name}.h`;
  const source = `${generated.name}.c`;
  const files = {
    [header]: generated.header,
    [source]: generated.source,
    'main.c': generated.main,
    'report.txt': report,
  };
  await writeFilesAtomic(
    Object.fromEntries(Object.entries(files).map(([file, text]) => [join(out, file), text])),
  );
  return `${report}\n${Object.keys(files).join(', ')} are in ${out}\n`;
}
