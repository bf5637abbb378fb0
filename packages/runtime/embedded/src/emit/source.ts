import type { ArenaPlan } from '../plan/plan-arena.ts';
import { cTypeOf, formatType } from '../program/element-type.ts';
import type { Program, Step, Tensor } from '../program/program.ts';
import { constantArray, needsMath, parametersStruct } from './constants.ts';
import { canClassify, classifySignature, type Interface, runSignature } from './interface.ts';
import { cString, inComment, wrapped } from './text.ts';

/** The source beside the header: constants, the arena, the functions that are used, and the calls in order. */
export function emitSource(program: Program, plan: ArenaPlan, api: Interface): string {
  const constants = program.constants.map(constantArray);
  const parameters = program.steps.flatMap(({ lowering, parametersName }) =>
    lowering.parameters ? [parametersStruct(parametersName, lowering.parameters)] : [],
  );
  const headers = new Set(program.functions.flatMap((fn) => fn.headers ?? []));
  if ([...constants, ...parameters].some(needsMath)) headers.add('math.h');
  const sections = [
    `/* Written by Trainyard. Do not edit: generate it again. */`,
    [
      `#include "${program.name}.h"`,
      '',
      ...[...headers].sort().map((header) => `#include <${header}>`),
      '#include <string.h>',
    ].join('\n'),
    ...(plan.bytes > 0 ? [arena(program, plan)] : []),
    ...constants,
    ...program.functions.map((fn) => fn.source),
    ...parameters,
    runFunction(program, plan, api),
    ...(api.labels ? [labels(api)] : []),
    ...(canClassify(api) ? [classify(api)] : []),
  ];
  return `${sections.join('\n\n')}\n`;
}

function arena({ name }: Program, { alignment }: ArenaPlan): string {
  const upper = name.toUpperCase();
  return [
    '/* A place for the arena: define it as an attribute, such as __attribute__((section(".ccmram"))). */',
    `#ifndef ${upper}_ARENA_ATTRIBUTE`,
    `#define ${upper}_ARENA_ATTRIBUTE`,
    '#endif',
    '',
    'static union {',
    `  ${alignment > 4 ? 'int64_t' : 'float'} aligned;`,
    `  uint8_t bytes[${upper}_ARENA_BYTES];`,
    `} arena ${upper}_ARENA_ATTRIBUTE;`,
    '',
    '#define AT(type, offset) ((type *)(void *)(arena.bytes + (offset)))',
  ].join('\n');
}

function runFunction({ steps }: Program, plan: ArenaPlan, api: Interface): string {
  const place = ({ place: where, dtype, cName }: Tensor, tensor: Tensor): string =>
    where === 'arena' ? `AT(${cTypeOf(dtype)}, ${plan.offsetOf.get(tensor)})` : cName;
  const statements = steps.map((step) => {
    const call = step.lowering.call({
      inputs: step.inputs.map((tensor) => place(tensor, tensor)),
      outputs: step.outputs.map((tensor) => place(tensor, tensor)),
      parameters: `&${step.parametersName}`,
      scratch: plan.scratchOffsetOf.has(step) ? `AT(uint8_t, ${plan.scratchOffsetOf.get(step)})` : 'NULL',
    });
    return `  /* ${comment(step)} */\n  ${call.replaceAll('\n', '\n  ')}`;
  });
  const unread = api.inputs.filter(
    ({ name }) => !steps.some(({ inputs }) => inputs.some((t) => t.place === 'input' && t.name === name)),
  );
  return [
    `${runSignature(api)} {`,
    ...unread.map(({ parameter }) => `  (void)${parameter};`),
    ...statements,
    '}',
  ].join('\n');
}

const comment = ({ origin, kernel, outputs }: Step): string =>
  `${inComment(origin)}: ${kernel}, ${outputs.map(formatType).join(' and ')}`;

const labels = ({ name, labels: texts }: Interface): string =>
  `const char *const ${name}_labels[${name.toUpperCase()}_CLASSES] = {\n${wrapped(texts!.map(cString))}\n};`;

function classify(api: Interface): string {
  const [input] = api.inputs;
  const [output] = api.outputs;
  return `${classifySignature(api)} {
  int32_t best = 0;
  ${api.name}_run(${input!.parameter}, ${output!.parameter});
  for (int32_t i = 1; i < ${output!.macro}_SIZE; i++)
    if (${output!.parameter}[i] > ${output!.parameter}[best]) best = i;
  return best;
}`;
}
