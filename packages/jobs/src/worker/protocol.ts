import type { StageResult, StageTask } from '../flow.ts';

/** What the worker says to its child process. */
export type ToChild =
  | { readonly type: 'work'; readonly module: string; readonly task: StageTask }
  | { readonly type: 'stop' };

/** What the child process says to its worker. */
export type FromChild =
  | { readonly type: 'progress'; readonly share: number; readonly note?: string }
  | { readonly type: 'metrics'; readonly points: readonly Point[] }
  | { readonly type: 'done'; readonly result: StageResult }
  | {
      readonly type: 'failed';
      readonly message: string;
      readonly stack?: string;
      /** No retry can help. */
      readonly final: boolean;
      /** It ended because it was told to stop. */
      readonly stopped: boolean;
    };

export interface Point {
  readonly name: string;
  readonly step: number;
  readonly value: number;
}
