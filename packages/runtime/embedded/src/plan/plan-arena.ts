import { bytesOf } from '../program/element-type.ts';
import type { Program, Step, Tensor } from '../program/program.ts';
import { buffersOf } from './buffers.ts';
import { lowerBound, pack } from './pack.ts';

/** Where everything lies in the arena. */
export interface ArenaPlan {
  readonly bytes: number;
  /** The largest sum of bytes that are needed at the same time. */
  readonly lowerBound: number;
  /** Every tensor and scratch memory begins at a multiple of this. */
  readonly alignment: number;
  readonly offsetOf: ReadonlyMap<Tensor, number>;
  readonly scratchOffsetOf: ReadonlyMap<Step, number>;
  /** Bytes that are needed while each step runs. */
  readonly liveBytes: readonly number[];
}

/** Lays out the tensors that are neither given by the caller nor constant. */
export function planArena(program: Program): ArenaPlan {
  const { buffers, ofTensor, ofScratch } = buffersOf(program);
  const alignment = Math.max(4, ...[...ofTensor.keys()].map(({ dtype }) => bytesOf(dtype)));
  const { offsets, bytes } = pack(buffers, { alignment });
  const offsetOf = new Map(buffers.map((buffer, i) => [buffer, offsets[i]!]));
  const liveBytes = program.steps.map((_, step) =>
    buffers.reduce((sum, { first, sizes }) => sum + (sizes[step - first] ?? 0), 0),
  );
  return {
    bytes,
    lowerBound: lowerBound(buffers),
    alignment,
    offsetOf: new Map([...ofTensor].map(([tensor, buffer]) => [tensor, offsetOf.get(buffer)!])),
    scratchOffsetOf: new Map([...ofScratch].map(([step, buffer]) => [step, offsetOf.get(buffer)!])),
    liveBytes,
  };
}
