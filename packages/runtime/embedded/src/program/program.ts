import type { CFunction, Lowering } from '../kernels/kernel.ts';
import type { TensorType } from './element-type.ts';

/** Where a tensor lies: given by the caller, in flash, or in the arena. */
export type Place = 'input' | 'output' | 'constant' | 'arena';

export interface Tensor extends TensorType {
  /** A C identifier, unique in the program. */
  readonly cName: string;
  /** As the model calls it. */
  readonly name: string;
  readonly place: Place;
  readonly byteLength: number;
  /** The elements of a constant, row-major and little-endian. */
  readonly bytes?: Uint8Array;
}

export interface Step {
  /** The kernel's name. */
  readonly kernel: string;
  /** What the report calls it: the node's name, or that of its result. */
  readonly origin: string;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  readonly lowering: Lowering;
  /** Under which C name its parameters are, where it has some. */
  readonly parametersName: string;
}

/** A model as it will run: calls in order, on tensors of known sizes. */
export interface Program {
  /** The prefix of everything it exports: a C identifier in lower case. */
  readonly name: string;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  /** In the order in which steps read them first. */
  readonly constants: readonly Tensor[];
  readonly steps: readonly Step[];
  /** What the steps call, each after what it needs. */
  readonly functions: readonly CFunction[];
}
