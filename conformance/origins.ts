import { brokenBars } from './bars.ts';
import { reported } from './cell.ts';
import { compare } from './compare.ts';
import type { ReportedOrigin } from './report/schema.ts';
import type { Subject } from './subject.ts';

/** What ONNX Runtime in Node gives, beside what the models gave where they come from: the reference has one as well. */
export async function compareOrigins(
  subjects: readonly Subject[],
  signal: AbortSignal,
): Promise<ReportedOrigin[]> {
  const compared: ReportedOrigin[] = [];
  for (const { name, origin, arithmetic, classes } of subjects) {
    if (!origin) continue;
    signal.throwIfAborted();
    const comparison = compare(await origin.run(), origin.logits, classes);
    const reasons = brokenBars(comparison, arithmetic);
    compared.push({ subject: name, origin: origin.name, comparison: reported(comparison), reasons });
  }
  return compared;
}
