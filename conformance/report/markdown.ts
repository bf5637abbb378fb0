import { bars } from '../bars.ts';
import { arithmetics } from '../subject.ts';
import { detailsTable, latencyTable, sizesTable } from './details.ts';
import { percent, small } from './format.ts';
import { type Alike, alike, isBad, verdict } from './lines.ts';
import type { Conformance } from './schema.ts';
import { shippedTable } from './shipped.ts';
import { kindTitles, summaryTable } from './summary.ts';
import { table } from './table.ts';

const command = '```bash\nnpm run conformance\n```';

/** The document: what it is, the matrix, then what is behind it. */
export function renderMarkdown(result: Conformance): string {
  return `${[...head(result), ...problems(result), ...details(result), ...method(result)].filter(Boolean).join('\n\n')}\n`;
}

function head(result: Conformance): string[] {
  const { targets, subjects, environment, createdAt } = result;
  const ran = targets.filter(({ skipped }) => skipped === undefined);
  const pictures = subjects.reduce((sum, subject) => sum + subject.pictures, 0);
  return [
    '# Conformance',
    `The same bundles, run on every platform they are made for, give the same answers. One command writes this page: it runs ${subjects.length} models, ${pictures} pictures in all, on each of ${ran.length} targets, compares every logit, and fails when a bar breaks.`,
    command,
    `**${sentenceOf(verdict(result).lines.at(-1)!)}** (${createdAt.slice(0, 10)}, ${environment.cpu}, ${environment.processors} processors, Node ${environment.node}, ONNX Runtime ${environment.onnxRuntime}; it took ${result.seconds} s)`,
    summaryTable(result),
    ...exactness(result),
    'In a column: ✓ when every model of that kind holds its [bar](#the-bars), and the largest difference of a logit from Node’s native one, which the first row is itself. Every top class is the same, unless the cell says how many are not. A – is a kind of model that the target does not take. Time and size are those of digits/float32. What is shipped is the model and everything it needs but the operating system, compressed where it goes over the web; of C it is flash, and the memory it reserves.',
  ];
}

/** `conformance: all hold` as a sentence. */
function sentenceOf(line: string): string {
  const text = line.replace('conformance: ', '');
  return `${text[0]!.toUpperCase()}${text.slice(1)}.`;
}

/** Of C, whose integers have a reference of their own. */
function exactness({ cells }: Conformance): string[] {
  const exact = cells.flatMap((cell) => (cell.exact ? [cell.exact] : []));
  if (exact.length === 0) return [];
  const equal = exact.filter(({ differing }) => differing === 0).length;
  const names = [...new Set(exact.map(({ name }) => name))].join(', ');
  return [
    `In C, ${equal} of ${exact.length} results of int8 models that are integers throughout have the very bits of ${names}.`,
  ];
}

function problems(result: Conformance): string[] {
  const { targets, skippedSubjects, cells } = result;
  const sentence = ({ target, subjects, reason }: Alike): string =>
    `**${titleOf(result, target)}** with ${subjects.join(', ')}: ${reason}.`;
  const lines = [
    ...targets.flatMap(({ title, skipped }) =>
      skipped === undefined ? [] : [`**${title}** was skipped: ${skipped}.`],
    ),
    ...skippedSubjects.map(({ name, reason }) => `**${name}** was skipped: ${reason}.`),
    ...alike(cells.filter(({ status }) => status === 'refused')).map(sentence),
  ];
  const bad = alike(cells.filter(isBad)).map(sentence);
  return [
    ...(bad.length > 0 ? ['## Broken', list(bad)] : []),
    '## Left out',
    lines.length > 0 ? list(lines) : 'Nothing.',
  ];
}

const list = (lines: readonly string[]): string => lines.map((line) => `- ${line}`).join('\n');

const titleOf = ({ targets }: Conformance, name: string): string =>
  targets.find((target) => target.name === name)?.title ?? name;

function details(result: Conformance): string[] {
  return [
    '## Every model on every target',
    'The largest difference of a logit from that of Node. `=` is none at all. Where a top class differs, the share of pictures with the same one follows.',
    detailsTable(result),
    '## Time of one picture',
    'The median of single pictures, as the machine was meanwhile, where the processor is a real one.',
    latencyTable(result),
    '## What is shipped',
    'Beside the model file:',
    shippedTable(result),
    'The model: the file for ONNX Runtime; in C, code and constants of the generated source by `size` (.text, .rodata, .data) and the memory it reserves (.data, .bss).',
    sizesTable(result),
  ];
}

const found = `## What it has found

- **int8 on x86 without VNNI**: by default ONNX Runtime adds pairs of products in 16 bits there, which saturate; a logit of the digits was 0.92 off, and one picture in another class. \`runtime-node\` asks for exact sums, and is now equal to WASM and C to the bit.
- **WebGPU**: channels last, ONNX Runtime 1.30 computes convolutions of 6, 9, 15 and other multiples of 3 channels wrong ([its issue 29651](https://github.com/microsoft/onnxruntime/issues/29651)); logits of LeNet-5 were 0.1 off. \`runtime-web\` asks for channels first.`;

function method(result: Conformance): string[] {
  const { targets, origins } = result;
  return [
    found,
    '## The targets',
    table(
      ['', 'what it is'],
      targets.map(({ title, description }) => [title, description]),
      'left',
    ),
    '## The bars',
    table(
      ['', 'logits within', 'same top class', 'why'],
      arithmetics.map((kind) => {
        const { differenceText, agreement, why } = bars[kind];
        return [kindTitles[kind], differenceText, `≥ ${percent(agreement)}`, why];
      }),
      'left',
    ),
    "Everything is compared with ONNX Runtime's CPU provider in Node. What Node itself is compared with:",
    table(
      ['', 'origin', 'pictures', 'largest difference'],
      origins.map(({ subject, origin, comparison, reasons }) => [
        subject,
        origin,
        `${comparison.pictures}`,
        `${reasons.length > 0 ? '✗' : '✓'} ${small(comparison.maxDifference)}`,
      ]),
    ),
  ];
}
