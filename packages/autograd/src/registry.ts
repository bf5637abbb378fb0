import { Op } from './op.ts';
import * as ops from './ops/index.ts';

/** Every operator there is: what the barrel of `ops/` exports. */
export const allOps: readonly Op[] = Object.values(ops).filter(
  (entry): entry is Op<never> => entry instanceof Op,
);

const byKey = new Map(allOps.map((op) => [`${op.domain}:${op.type}`, op]));

/** The operator of an ONNX type, or undefined where we do not know it. */
export const findOp = (opType: string, domain = ''): Op | undefined =>
  byKey.get(`${domain === 'ai.onnx' ? '' : domain}:${opType}`);
