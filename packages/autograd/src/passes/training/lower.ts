import { ModelError } from '@trainyard/onnx-ir';
import { ownDomain, type Target } from '../../op.ts';
import type { Pass } from '../pass.ts';
import { retrace, untraceable } from './rewrite.ts';

const own = (nodes: readonly { readonly domain: string }[]): number =>
  nodes.filter(({ domain }) => domain === ownDomain).length;

/** Turns operators that ONNX lacks into those it has, and those that the target lacks. */
export const lower = (target: Target): Pass => ({
  name: 'lower',
  requires: untraceable,
  run({ graph }) {
    const changed = own(graph.nodes);
    // Some operators of ONNX have another form for the portable target.
    if (changed > 0 || target === 'portable') retrace(graph, new Map(), { lower: true, target });
    return { changed, refused: [] };
  },
  ensures({ graph }) {
    const left = graph.nodes.find(({ domain }) => domain === ownDomain);
    if (left) throw new ModelError(left.opType, 'a form in ONNX', 'none', 'give its definition a `lower`');
  },
});
