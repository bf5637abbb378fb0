import { loadBundle, type OperatorTime } from '@trainyard/runtime-node';
import type { OperatorProfile, ReportVariant } from './report/index.ts';

const runs = 100;

/** Time by operator of the float32 model and of the fastest variant of a bundle, on single pictures. */
export async function profileOperators(
  bundle: string,
  variants: readonly ReportVariant[],
): Promise<OperatorProfile[]> {
  const fastest = variants.toSorted((a, b) => a.latencyMs.p50 - b.latencyMs.p50)[0]!;
  const profiles = [];
  for (const variant of new Set(['float32', fastest.name])) {
    const classifier = await loadBundle(bundle, { variant });
    try {
      profiles.push({ variant, times: byOperator(await classifier.profile(1, runs)) });
    } finally {
      await classifier.dispose();
    }
  }
  return profiles;
}

/** Nodes of one operator together, the slowest first. */
export function byOperator(nodes: readonly OperatorTime[]): OperatorProfile['times'] {
  const types = new Set(nodes.map(({ opType }) => opType));
  return [...types]
    .map((opType) => {
      const same = nodes.filter((node) => node.opType === opType);
      const microseconds = same.reduce((sum, node) => sum + node.microseconds, 0);
      return { opType, nodes: same.length, microseconds };
    })
    .sort((a, b) => b.microseconds - a.microseconds);
}
