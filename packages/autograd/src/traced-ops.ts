import type { Node } from '@trainyard/onnx-ir';
import type { Op } from './op.ts';

/** The operators of traced nodes, so that those defined outside of this package can be rewritten and lowered too. */
export const tracedOps = new WeakMap<Node, Op>();
