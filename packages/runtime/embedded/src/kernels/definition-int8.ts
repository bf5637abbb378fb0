import type { Attribute, Node } from '@trainyard/onnx-ir';
import { type CFunction, cFloat, type Kernel, type KernelOptions, type Lowering } from './kernel.ts';

/** The domain of the operators that a quantized model becomes before kernels are chosen. */
export const integerDomain = 'trainyard.integer';

/** What calls read and write: the arrays behind a tensor, in the order of memory. */
export type IntegerArray = Int8Array | Uint8Array | Int32Array | Float32Array;

export type Fields<I extends string, F extends string> = Readonly<Record<I | F, number>>;

export interface IntegerDefinition<I extends string, F extends string> {
  /** In `integerDomain`. */
  readonly operator: string;
  /** Names of its parameters that are integers of 32 bits. */
  readonly integers: readonly I[];
  /** Names of its parameters that are float32. */
  readonly floats?: readonly F[];
  /** The arithmetic in TypeScript, which the C function repeats bit for bit. */
  run(parameters: Fields<I, F>, inputs: readonly IntegerArray[], outputs: readonly IntegerArray[]): void;
  /** The C function; its parameters' struct, `<function>_parameters`, is made of the fields' names. */
  readonly c: (options: KernelOptions, parameters: Fields<I, F>) => IntegerFunction;
  readonly multiplyAdds?: (parameters: Fields<I, F>) => number;
  /** The inputs whose memory the output may take. */
  readonly inPlace?: (parameters: Fields<I, F>) => readonly number[];
}

export interface IntegerFunction {
  readonly name: string;
  /** From `static` on. */
  readonly source: string;
  readonly needs?: readonly CFunction[];
  readonly headers?: readonly string[];
  /** The statement; by default the function with inputs, outputs and the address of the parameters, in this order. */
  readonly call?: Lowering['call'];
  readonly scratchBytes?: number;
}

/** A kernel on integers, with its arithmetic in both languages. */
export interface IntegerKernel<I extends string = string, F extends string = string> extends Kernel {
  readonly operator: string;
  attributes(parameters: Fields<I, F>): Map<string, Attribute>;
  /** Runs a node in TypeScript. */
  reference(node: Node, inputs: readonly IntegerArray[], outputs: readonly IntegerArray[]): void;
}

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

export function defineIntegerKernel<const I extends string, const F extends string = never>(
  definition: IntegerDefinition<I, F>,
): IntegerKernel<I, F> {
  const { operator, integers, floats = [] } = definition;
  const fieldsOf = ({ attributes }: Node): Fields<I, F> => {
    const entries = [...integers, ...floats].map((name) => {
      const attribute = attributes.get(name);
      if (attribute?.kind !== 'int' && attribute?.kind !== 'float')
        throw new RangeError(`${integerDomain}:${operator}: expected a number "${name}", got none`);
      return [name, Number(attribute.value)] as const;
    });
    return Object.fromEntries(entries) as Fields<I, F>;
  };
  return {
    name: `${operator.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter}`).toLowerCase()} int8`,
    operator,
    operators: [`${integerDomain}:${operator}`],
    attributes(parameters) {
      const ints = integers.map((name) => [name, { kind: 'int', value: parameters[name] }] as const);
      const reals = floats.map(
        (name) => [name, { kind: 'float', value: Math.fround(parameters[name]) }] as const,
      );
      return new Map<string, Attribute>([...ints, ...reals]);
    },
    reference: (node, inputs, outputs) => definition.run(fieldsOf(node), inputs, outputs),
    match(node, { options }) {
      const parameters = fieldsOf(node);
      const { name, source, needs = [], headers, call, scratchBytes } = definition.c(options, parameters);
      const type = `${name}_parameters`;
      const struct: CFunction = { name: type, source: structOf(type, integers, floats) };
      return {
        inputs: node.inputs.filter((input) => input !== undefined),
        outputs: node.outputs.filter((output) => output !== undefined),
        functions: [{ name, source, needs: [struct, ...needs], ...(headers && { headers }) }],
        parameters: { type, fields: cFields(parameters, integers, floats) },
        call:
          call ?? ((args) => `${name}(${[...args.inputs, ...args.outputs, args.parameters].join(', ')});`),
        ...(definition.multiplyAdds && { multiplyAdds: definition.multiplyAdds(parameters) }),
        ...(definition.inPlace && {
          inPlace: definition.inPlace(parameters).map((input) => [input, 0] as const),
        }),
        ...(scratchBytes && { scratchBytes }),
      };
    },
  };
}

function structOf(type: string, integers: readonly string[], floats: readonly string[]): string {
  const lines = [
    ...integers.map((name) => `  int32_t ${snake(name)};`),
    ...floats.map((name) => `  float ${snake(name)};`),
  ];
  return `typedef struct {\n${lines.join('\n')}\n} ${type};`;
}

function cFields(
  parameters: Readonly<Record<string, number>>,
  integers: readonly string[],
  floats: readonly string[],
): Record<string, number | string> {
  const ints = integers.map((name) => [snake(name), parameters[name]!] as const);
  const reals = floats.map((name) => [snake(name), cFloat(parameters[name]!)] as const);
  return Object.fromEntries<number | string>([...ints, ...reals]);
}
