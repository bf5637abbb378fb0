import type { Attribute, TensorData } from '@trainyard/onnx-ir';
import { InputError } from './errors.ts';

type ValueOfKind = {
  int: number;
  float: number;
  string: string;
  ints: readonly number[];
  floats: readonly number[];
  tensor: TensorData;
};
type Kind = keyof ValueOfKind;

export interface AttributeRule<K extends Kind = Kind, D = ValueOfKind[K] | undefined> {
  readonly kind: K;
  readonly default: D;
}

/** The attributes of an operator by their camelCase names. */
export type AttributeRules = { readonly [name: string]: AttributeRule };

/** What an operator's functions get: every attribute, undefined only where it is absent and has no default. */
export type AttributesOf<R extends AttributeRules> = {
  readonly [N in keyof R]: R[N] extends AttributeRule<infer K, infer D>
    ? undefined extends D
      ? ValueOfKind[K] | undefined
      : ValueOfKind[K]
    : never;
};

function rule<K extends Kind>(
  kind: K,
): {
  (): AttributeRule<K, undefined>;
  (fallback: ValueOfKind[K]): AttributeRule<K, ValueOfKind[K]>;
} {
  return ((fallback?: ValueOfKind[K]) => ({ kind, default: fallback })) as never;
}

/** Rules for attributes: `int(1)` has the default 1, `ints()` may be absent. */
export const attr = {
  int: rule('int'),
  float: rule('float'),
  string: rule('string'),
  ints: rule('ints'),
  floats: rule('floats'),
  tensor: rule('tensor'),
};

/** ONNX names its attributes in snake_case, but for these of Gemm. */
const camelInOnnx = new Set(['transA', 'transB']);
const toOnnxName = (name: string): string =>
  camelInOnnx.has(name) ? name : name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);

export function withDefaults<R extends AttributeRules>(
  rules: R,
  given: Partial<AttributesOf<R>>,
): AttributesOf<R> {
  const complete: Record<string, unknown> = {};
  for (const name in rules) complete[name] = given[name] ?? rules[name].default;
  return complete as AttributesOf<R>;
}

/** Attributes as ONNX names and types them; what is undefined is left out. */
export function toOnnxAttributes(
  rules: AttributeRules,
  values: Record<string, unknown>,
): Map<string, Attribute> {
  const present = Object.entries(rules).filter(([name]) => values[name] !== undefined);
  return new Map(
    present.map(([name, { kind }]) => [toOnnxName(name), { kind, value: values[name] } as Attribute]),
  );
}

/**
 * The attributes of a node of a model file, by our names.
 * @throws InputError when one is unknown to the operator or of another kind
 */
export function fromOnnxAttributes<R extends AttributeRules>(
  where: string,
  rules: R,
  attributes: ReadonlyMap<string, Attribute>,
): AttributesOf<R> {
  const byOnnxName = new Map(Object.keys(rules).map((name) => [toOnnxName(name), name]));
  const given: Record<string, unknown> = {};
  for (const [onnxName, attribute] of attributes) {
    const name = byOnnxName.get(onnxName);
    if (!name || rules[name].kind !== attribute.kind)
      throw new InputError(
        where,
        name ? `${onnxName} of kind ${rules[name].kind}` : `attributes ${[...byOnnxName.keys()]}`,
        `${onnxName} (${attribute.kind})`,
      );
    const { value } = attribute as { value: unknown };
    given[name] =
      attribute.kind === 'int'
        ? Number(value)
        : attribute.kind === 'ints'
          ? (value as number[]).map(Number)
          : value;
  }
  return withDefaults(rules, given as Partial<AttributesOf<R>>);
}
