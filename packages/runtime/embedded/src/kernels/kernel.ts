import type { Node, TensorData, Value } from '@trainyard/onnx-ir';
import type { ElementType, TensorType } from '../program/element-type.ts';

export interface KernelOptions {
  /** Calls CMSIS-NN where it has a function. */
  readonly cmsisNn: boolean;
  /** How integer kernels bring sums to the scale of their output: by a float factor, or by a multiplier and a shift. */
  readonly requantize: 'float' | 'integer';
}

/** What a kernel sees of the model when it is asked for a node. The batch is 1, and all sizes are known. */
export interface ModelView {
  readonly options: KernelOptions;
  /** The opset of ONNX's own operators. */
  readonly opset: number;
  /**
   * The type of a value as the program holds it: results of half precision are float32, constants stay float16.
   * @throws ModelError when it is not known
   */
  type(value: Value): TensorType;
  /** The elements of a value that never changes. */
  constant(value: Value | undefined): TensorData | undefined;
  /** Whether exactly one node reads the value and it is no output, so that it may vanish inside of a kernel. */
  isInner(value: Value | undefined): boolean;
  /** Whether a node or the caller reads the value. */
  isRead(value: Value): boolean;
}

/** A model while the types of some values are not known yet. */
export interface PartialView {
  type(value: Value | undefined): TensorType | undefined;
  constant(value: Value | undefined): TensorData | undefined;
}

/** A constant that a kernel makes: weights in another order, a table, multipliers. */
export interface ConstantOperand {
  /** For its name in C: the origin's name and what it is, e.g. `conv1.weight packed`. */
  readonly name: string;
  readonly dtype: ElementType;
  readonly dims: readonly number[];
  /** Row-major, little-endian. */
  readonly bytes: Uint8Array;
}

export type Operand = Value | ConstantOperand;

export interface CFunction {
  /** The name of a static C function, type or macro; one of a name is emitted. */
  readonly name: string;
  /** Its definition, typedefs of its parameters included. C99, clean under -Wall -Wextra -Wconversion. */
  readonly source: string;
  /** What has to be defined before it. */
  readonly needs?: readonly CFunction[];
  /** Headers beyond stdint.h and string.h. */
  readonly headers?: readonly string[];
}

/** A constant C struct, which a call gets by address: `static const <type> <name> = { .field = value, … };`. */
export interface Parameters {
  readonly type: string;
  /** Numbers are integers; a float is given as text, see `cFloat`. A list is an array. */
  readonly fields: Readonly<Record<string, number | string | readonly number[]>>;
}

/** C expressions of a call: typed pointers to the first element of each operand. */
export interface CallArguments {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** The address of the parameters. */
  readonly parameters: string;
  /** `uint8_t *`, aligned as the arena is. */
  readonly scratch: string;
}

/** How one node, with neighbours that vanish into it, is computed. */
export interface Lowering {
  /** What the call reads. A value that a kernel looked past (a DequantizeLinear's result) is not among them. */
  readonly inputs: readonly Operand[];
  /** Inputs, by index, that the call reads as float16 where they are such constants; others are widened to float32. */
  readonly halfInputs?: readonly number[];
  /** What it writes: outputs of the node it was asked for, each of which is an array of its own. */
  readonly outputs: readonly Value[];
  readonly functions: readonly CFunction[];
  readonly parameters?: Parameters;
  /** C statements, each with its semicolon. */
  call(args: CallArguments): string;
  readonly multiplyAdds?: number;
  /** Whether results are shares of 1. */
  readonly isProbability?: boolean;
  /** The node that reports name it after, where that is not the one it was asked for. */
  readonly origin?: Node;
  /** Bytes of memory that the call needs for itself. */
  readonly scratchBytes?: number;
  /**
   * Pairs of an input and an output, by index, that may share memory when nothing reads the input later. The output
   * must not be larger than the input, and never be written before the input there has been read.
   */
  readonly inPlace?: readonly (readonly [input: number, output: number])[];
}

/** The output is the input's memory under another shape: no code. */
export interface AliasLowering {
  readonly alias: Value;
  readonly output: Value;
}

/**
 * One way of computing nodes in C. Kernels are asked in the order of the barrel, from the outputs of the model
 * backwards: the node is the last one of what a kernel may take, and what it reads instead is asked for next.
 */
export interface Kernel {
  /** For reports: `conv f32`. */
  readonly name: string;
  /** ONNX operators that the last node of its pattern may be, `Conv` or `com.microsoft:Gelu`. */
  readonly operators: readonly string[];
  /**
   * The type of output 0 of an operator that shape inference does not know; undefined where it can't be told.
   */
  infer?(node: Node, model: PartialView): TensorType | undefined;
  /** How the node is computed; a refusal where the kernel knows the operator but not this use of it. */
  match(node: Node, model: ModelView): Lowering | AliasLowering | Refusal | undefined;
}

/** Why a kernel that knows the operator does not take the node: what it expected, and what it got. */
export interface Refusal {
  readonly expected: string;
  readonly got: string;
}

export const isRefusal = (result: object): result is Refusal => 'expected' in result;
export const isAlias = (result: object): result is AliasLowering => 'alias' in result;
export const isValue = (operand: Operand): operand is Value => !('bytes' in operand);

/** A float32 as a C literal that reads back the same; infinities need math.h. */
export function cFloat(value: number): string {
  const x = Math.fround(value);
  if (Number.isNaN(x)) return 'NAN';
  if (!Number.isFinite(x)) return x > 0 ? 'INFINITY' : '-INFINITY';
  const text = shortest(x);
  return `${/[.e]/.test(text) ? text : `${text}.0`}f`;
}

/** Few digits where they do: 9 always suffice. */
function shortest(x: number): string {
  if (Number.isInteger(x) && Math.abs(x) < 1e6) return Object.is(x, -0) ? '-0.0' : String(x);
  for (const digits of [6, 7, 8]) {
    const text = Number(x.toPrecision(digits));
    if (Math.fround(text) === x) return String(text);
  }
  return String(Number(x.toPrecision(9)));
}
