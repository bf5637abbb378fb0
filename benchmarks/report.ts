import type { Tolerance } from './agreement.ts';
import type { Measured, Row } from './measure.ts';
import { formatTable } from './table.ts';

/** Three figures, `1,900` and `0.0154` alike. */
const figures = (n: number): string =>
  n.toLocaleString('en-US', { maximumSignificantDigits: 3, useGrouping: true });

const giga = (n: number): string => figures(n / 1e9);

const threadsOf = (n: number): string => `${n} ${n === 1 ? 'thread' : 'threads'}`;

/** The fastest of the other libraries, by pictures a second. */
export const bestPeer = (rows: readonly Row[]): Row | undefined =>
  rows.filter(({ peer }) => peer).toSorted((a, b) => b.imagesPerSecond - a.imagesPerSecond)[0];

/** What was measured of one network, for people. */
export function formatMeasured({ rows, matMul, flopsPerPicture }: Measured, tolerance: Tolerance): string[] {
  const peer = bestPeer(rows);
  const header = [
    '',
    'batch',
    'ms a step',
    'fastest',
    'steps',
    'images/s',
    'GFLOP a step',
    'GFLOP/s',
    'efficiency',
  ];
  const lines = rows.map((row, i) => [
    row.name,
    String(row.batch),
    figures(row.msPerStep),
    figures(row.fastest),
    String(row.steps),
    figures(row.imagesPerSecond),
    giga(row.flopsPerStep),
    giga(row.flopsPerSecond),
    figures(row.efficiency),
    ...(peer ? [figures(row.imagesPerSecond / peer.imagesPerSecond)] : []),
    i === 0 ? '' : Math.max(row.differences.loss, row.differences.gradients).toExponential(1),
  ]);
  const limits = matMul.map(
    ({ threads, flopsPerSecond }) => `${giga(flopsPerSecond)} GFLOP/s with ${threadsOf(threads)}`,
  );
  return [
    ...formatTable([...header, ...(peer ? [`× ${peer.name}`] : []), 'differs by'], lines),
    `a step counts ${(flopsPerPicture / 1e6).toFixed(2)} MFLOP a picture, three forward passes; MatMul 1024³: ${limits.join(', ')}`,
    `first steps agree: losses within ${tolerance.loss}, the norm of each gradient's difference within ${tolerance.gradients}`,
  ];
}
