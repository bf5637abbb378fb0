import { ModelError } from '@trainyard/onnx-ir';
import { ownDomain, type Target } from '../../op.ts';
import { opOf } from '../../registry.ts';
import type { Pass } from '../pass.ts';
import { retrace, untraceable } from './rewrite.ts';

/** Turns operators that ONNX lacks, or has in newer versions only, into those it has, and those that the target lacks. */
export const lower = (target: Target): Pass => ({
  name: 'lower',
  requires: untraceable,
  run({ graph }) {
    const lowered = graph.nodes.filter((node) => opOf(node)?.definition.lower);
    if (lowered.length > 0) retrace(graph, new Map(), { lower: true, target });
    return { changed: lowered.length, refused: [] };
  },
  ensures({ graph }) {
    const left = graph.nodes.find(({ domain }) => domain === ownDomain);
    if (left) throw new ModelError(left.opType, 'a form in ONNX', 'none', 'give its definition a `lower`');
  },
});
