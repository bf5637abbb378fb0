import { cTypeOf, sizeOf } from '../program/element-type.ts';
import type { Program, Tensor } from '../program/program.ts';

/** An input or an output as the header declares it. */
export interface Port {
  /** As the model calls it. */
  readonly name: string;
  /** The parameter of the run function. */
  readonly parameter: string;
  /** Begins its macros: `DIGITS_INPUT` where there is one, else with the name of the parameter. */
  readonly macro: string;
  readonly dtype: Tensor['dtype'];
  readonly cType: string;
  readonly shape: readonly number[];
  readonly size: number;
  readonly byteLength: number;
}

/** A picture classifier's input: bytes, [1, height, width, channels]. */
export interface PicturePort {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
}

/** What the generated code offers. */
export interface Interface {
  readonly name: string;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /** Where the only input is a picture. */
  readonly picture?: PicturePort;
  /** One for each element of the only output. */
  readonly labels?: readonly string[];
  /** Whether the first output is what a softmax gave. */
  readonly scores: 'logits' | 'probabilities';
}

export function interfaceOf(program: Program, labels?: readonly string[]): Interface {
  const { name, inputs, outputs, steps } = program;
  const last = steps.find((step) => step.outputs.includes(outputs[0]!));
  const upper = name.toUpperCase();
  const port =
    (side: string, siblings: number) =>
    (tensor: Tensor): Port => ({
      name: tensor.name,
      parameter: tensor.cName,
      macro: `${upper}_${side}${siblings === 1 ? '' : `_${tensor.cName.toUpperCase()}`}`,
      dtype: tensor.dtype,
      cType: cTypeOf(tensor.dtype),
      shape: tensor.shape,
      size: sizeOf(tensor.shape),
      byteLength: tensor.byteLength,
    });
  const picture = inputs.length === 1 ? pictureOf(inputs[0]!) : undefined;
  return {
    name,
    inputs: inputs.map(port('INPUT', inputs.length)),
    outputs: outputs.map(port('OUTPUT', outputs.length)),
    ...(picture ? { picture } : {}),
    ...(labels ? { labels } : {}),
    scores: last?.lowering.isProbability ? 'probabilities' : 'logits',
  };
}

function pictureOf({ dtype, shape }: Tensor): PicturePort | undefined {
  const [batch, height, width, channels] = shape;
  const isPicture =
    dtype === 'uint8' && shape.length === 4 && batch === 1 && (channels === 1 || channels === 3);
  return isPicture ? { height: height!, width: width!, channels } : undefined;
}

/** `void digits_run(const uint8_t pixels[DIGITS_INPUT_SIZE], float logits[DIGITS_OUTPUT_SIZE])` */
export const runSignature = ({ name, inputs, outputs }: Interface): string =>
  `void ${name}_run(${[
    ...inputs.map(({ cType, parameter, macro }) => `const ${cType} ${parameter}[${macro}_SIZE]`),
    ...outputs.map(({ cType, parameter, macro }) => `${cType} ${parameter}[${macro}_SIZE]`),
  ].join(', ')})`;

export const classifySignature = ({ name, inputs, outputs }: Interface): string =>
  `int32_t ${name}_classify(const ${inputs[0]!.cType} ${inputs[0]!.parameter}[${inputs[0]!.macro}_SIZE], float ${outputs[0]!.parameter}[${outputs[0]!.macro}_SIZE])`;

/** Whether the generated code has a function that says the class. */
export const canClassify = ({ inputs, outputs, labels }: Interface): boolean =>
  labels !== undefined && inputs.length === 1 && outputs.length === 1 && outputs[0]!.dtype === 'float32';
