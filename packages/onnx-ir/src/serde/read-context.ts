import type { UnknownFields } from './unknown-fields.ts';

/** Where a tensor of a file keeps its elements, when they are in another file. */
export interface ExternalLocation {
  /** As the file has it: not yet known to be harmless. */
  readonly location: string;
  readonly offset: number;
  /** Bytes; what the tensor's type and dimensions ask for. */
  readonly length: number;
}

export interface ReadOptions {
  /** Finds external data: its bytes, or a function that reads them when they are first needed. Without it such files are refused. */
  readonly external?: (data: ExternalLocation) => Uint8Array | (() => Uint8Array);
  /** Is told what the file holds that the model cannot; `console.warn` unless given. */
  readonly onWarning?: (message: string) => void;
  /** The most bytes one tensor may claim; 4 GiB unless given. */
  readonly maxTensorBytes?: number;
}

/** What the readers of the parts of a file share. */
export interface ReadContext {
  readonly unknown: UnknownFields;
  readonly external: ReadOptions['external'];
  readonly maxTensorBytes: number;
  readonly warn: (message: string) => void;
}
