import type { JsonObject } from '../json.ts';

/** One thing that a gate looks at. */
export type Check = {
  /** `paired-test`, `class/7`, `budget/node/bytes`. */
  readonly name: string;
  readonly passed: boolean;
  /** In words, with the figures. */
  readonly reason: string;
  readonly figures?: JsonObject;
};

export const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;

/** A p-value as people read it. */
export const pValueText = (p: number): string => (p < 0.0001 ? 'p < 0.0001' : `p = ${p.toFixed(4)}`);
