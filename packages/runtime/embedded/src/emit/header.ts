import { formatType } from '../program/element-type.ts';
import type { Report } from '../report/report.ts';
import { canClassify, classifySignature, type Interface, type Port, runSignature } from './interface.ts';
import { grouped, inComment } from './text.ts';

/** Where a model comes from, for the comment at the top. */
export interface Origin {
  /** Such as `digits, variant int8-u8s8`. */
  readonly title?: string;
  /** `sha256:` and 64 digits, of the model's file. */
  readonly digest?: string;
}

/** The header that firmware includes. */
export function emitHeader(api: Interface, report: Report, origin: Origin): string {
  const upper = api.name.toUpperCase();
  const lines = [
    banner(api, report, origin),
    `#ifndef ${upper}_H`,
    `#define ${upper}_H`,
    '',
    '#include <stdint.h>',
    '',
    '#ifdef __cplusplus',
    'extern "C" {',
    '#endif',
    '',
    ...api.inputs.flatMap(portMacros),
    ...api.outputs.flatMap(portMacros),
    ...(api.picture
      ? [
          `#define ${upper}_HEIGHT ${api.picture.height}`,
          `#define ${upper}_WIDTH ${api.picture.width}`,
          `#define ${upper}_CHANNELS ${api.picture.channels}`,
          '',
        ]
      : []),
    '/* RAM that the model computes in, and flash of its weights and tables; code comes on top. */',
    `#define ${upper}_ARENA_BYTES ${report.arenaBytes}`,
    `#define ${upper}_CONSTANT_BYTES ${report.flashBytes}`,
    ...(origin.digest
      ? ['', '/* Of the ONNX file this was made from. */', `#define ${upper}_DIGEST "${origin.digest}"`]
      : []),
    '',
    '/*',
    ' * Runs the model once. It allocates nothing and always takes the same path, whatever the input. The arena is one',
    ' * for all calls: do not call it from two threads, or from an interrupt, at the same time.',
    ' */',
    `${runSignature(api)};`,
    ...(api.labels
      ? [
          '',
          '/* Names of the classes. */',
          `#define ${upper}_CLASSES ${api.labels.length}`,
          `extern const char *const ${api.name}_labels[${upper}_CLASSES];`,
        ]
      : []),
    ...(canClassify(api)
      ? [
          '',
          '/* Runs the model, and says which element of its output is the largest: an index into the labels. */',
          `${classifySignature(api)};`,
        ]
      : []),
    '',
    '#ifdef __cplusplus',
    '}',
    '#endif',
    '',
    `#endif /* ${upper}_H */`,
    '',
  ];
  return lines.join('\n');
}

function banner(api: Interface, report: Report, { title, digest }: Origin): string {
  const port = ({ name, dtype, shape }: Port) => `${inComment(name)}: ${formatType({ dtype, shape })}`;
  const rows: [string, string][] = [
    ...(title ? [['model', inComment(title)] as [string, string]] : []),
    ...(digest ? [['digest', digest] as [string, string]] : []),
    ...api.inputs.map((input): [string, string] => ['input', port(input)]),
    ...api.outputs.map((output): [string, string] => ['output', port(output)]),
    ['flash', `${grouped(report.flashBytes)} bytes of weights and tables, and the code`],
    ['arena', `${grouped(report.arenaBytes)} bytes of RAM`],
    ['work', `${grouped(report.multiplyAdds)} multiply-adds`],
  ];
  return [
    '/*',
    ` * ${api.name}: a neural network in C99, written by Trainyard. Do not edit: generate it again.`,
    ' *',
    ...rows.map(([what, value]) => ` * ${what.padEnd(8)}${value}`),
    ' */',
  ].join('\n');
}

const portMacros = ({ name, macro, dtype, shape, size, byteLength }: Port): string[] => [
  `/* ${inComment(name)}: ${formatType({ dtype, shape })} */`,
  `#define ${macro}_SIZE ${size}`,
  `#define ${macro}_BYTES ${byteLength}`,
  '',
];
