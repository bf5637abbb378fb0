import type { Range } from './parameters.ts';

/** The range of every value that calibration observed, by the value's name. */
export type Ranges = ReadonlyMap<string, Range>;

export interface StaticOptions {
  /** uint8 is the faster one on x86, and needs no extra step for ReLU. Default: uint8. */
  readonly activations?: 'uint8' | 'int8';
  /** Activations with zero in the middle; a ReLU can then not be folded. Default: false. */
  readonly symmetric?: boolean;
  /** A scale for each output channel of the weights. Default: true. */
  readonly perChannel?: boolean;
  /** Weights in 7 bits, for x86 without VNNI, where two products of 8 bits saturate. Default: false. */
  readonly reduceRange?: boolean;
  /** Names of nodes (or of their first outputs) and operator types that stay float. */
  readonly exclude?: readonly string[];
  /** The first (last) node with weights stays float. Default: false. */
  readonly keepFirst?: boolean;
  readonly keepLast?: boolean;
}
