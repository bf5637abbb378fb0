import { RuntimeError } from '@trainyard/runtime-common';
import { operatorsOf, type RequiredOperator } from './operators.ts';

/** Element types as ONNX Runtime's build calls them. */
export type AllowedType =
  | 'bool'
  | 'float'
  | 'double'
  | 'MLFloat16'
  | 'int8_t'
  | 'uint8_t'
  | 'int16_t'
  | 'uint16_t'
  | 'int32_t'
  | 'uint32_t'
  | 'int64_t'
  | 'uint64_t';

export interface RequiredOperatorsOptions {
  /** The only element types that operators are built for; without, those that each operator has. */
  readonly types?: readonly AllowedType[];
}

/**
 * The text of `required_operators.config`, for `build.sh --minimal_build --include_ops_by_config`: what a build of
 * ONNX Runtime needs to run all of these models in ORT format.
 * Source: "Reduced operator config file" of ONNX Runtime's documentation.
 * @param models files in ORT format by the name that the config's comment gives them
 * @throws RuntimeError when a file is not in ORT format
 */
export function requiredOperatorsConfig(
  models: Readonly<Record<string, Uint8Array>>,
  { types }: RequiredOperatorsOptions = {},
): string {
  const operators = Object.entries(models).flatMap(([name, bytes]) => checked(name, bytes));
  const groups = new Map<string, Set<string>>();
  for (const { domain, opset, operator } of operators) {
    const key = `${domain || 'ai.onnx'};${opset}`;
    groups.set(key, (groups.get(key) ?? new Set()).add(operator));
  }
  const lines = [...groups].map(([key, names]) => `${key};${[...names].sort().join(',')}`);
  return [
    '# Generated from:',
    ...Object.keys(models).map((name) => `# - ${name.replace(/\p{Cc}/gu, '?')}`),
    ...(types ? [`!globally_allowed_types;${types.join(',')}`] : []),
    ...lines.sort(byDomainAndOpset),
    '',
  ].join('\n');
}

function byDomainAndOpset(a: string, b: string): number {
  const [domain = '', opset] = a.split(';');
  const [otherDomain = '', otherOpset] = b.split(';');
  return domain === otherDomain ? Number(opset) - Number(otherOpset) : domain < otherDomain ? -1 : 1;
}

/** A file of the format has its identifier after the first four bytes. */
function checked(name: string, bytes: Uint8Array): RequiredOperator[] {
  const identifier = String.fromCharCode(...bytes.subarray(4, 8));
  if (identifier !== 'ORTM')
    throw new RuntimeError(
      name,
      'a model in ORT format',
      `${bytes.length} bytes of something else`,
      'make it with ortFormat',
    );
  return operatorsOf(bytes);
}
