import type { Node } from '@trainyard/onnx-ir';
import { Op } from './op.ts';
import * as ops from './ops/index.ts';
import { tracedOps } from './traced-ops.ts';

/** Every operator there is: what the barrel of `ops/` exports. */
export const allOps: readonly Op[] = Object.values(ops).filter(
  (entry): entry is Op<never> => entry instanceof Op,
);

const byKey = new Map(allOps.map((op) => [`${op.domain}:${op.type}`, op]));

/** The operator of an ONNX type, or undefined where we do not know it. */
export const findOp = (opType: string, domain = ''): Op | undefined =>
  byKey.get(`${domain === 'ai.onnx' ? '' : domain}:${opType}`);

/** The operator that a node was traced from, or the one of its type; undefined where we do not know it. */
export function opOf(node: Node): Op | undefined {
  const traced = tracedOps.get(node);
  const stillIs = traced?.type === node.opType && traced.domain === node.domain;
  return stillIs ? traced : findOp(node.opType, node.domain);
}
