import type { JsonObject } from '@trainyard/registry';
import { axisStyle, type ChartSize, chart, colors, fontSize, legendRows, palette } from './chart.ts';
import { dayOf, figure } from './format.ts';
import { type Html, html } from './html.ts';
import { numberOf, objectOf, objectsOf, textOf } from './json.ts';
import { meter, table } from './parts.ts';

/** How far one feature has moved, as a check found it. */
export interface Move {
  readonly name: string;
  readonly count: number | undefined;
  readonly drifted: boolean;
  readonly reason: string | undefined;
  readonly index: number | undefined;
  readonly indexP: number | undefined;
  /** Of Kolmogorov and Smirnov; there is none for predicted classes. */
  readonly distance: number | undefined;
  readonly distanceP: number | undefined;
}

/** What a check says of drift; undefined where it did not compare. */
export interface Drift {
  readonly moves: readonly Move[];
  readonly maxIndex: number | undefined;
  readonly maxDistance: number | undefined;
}

export function driftOf(report: JsonObject): Drift | undefined {
  const drift = objectOf(report.drift);
  const findings = objectsOf(drift?.findings);
  if (findings.length === 0) return undefined;
  const thresholds = objectOf(drift?.thresholds);
  return {
    moves: findings.map((finding): Move => {
      const [stability, distance] = [objectOf(finding.stability), objectOf(finding.distance)];
      return {
        name: textOf(finding.name) ?? '',
        count: numberOf(finding.count),
        drifted: finding.drifted === true,
        reason: textOf(finding.reason),
        index: numberOf(stability?.index),
        indexP: numberOf(stability?.pValue),
        distance: numberOf(distance?.statistic),
        distanceP: numberOf(distance?.pValue),
      };
    }),
    maxIndex: numberOf(thresholds?.maxIndex),
    maxDistance: numberOf(thresholds?.maxDistance),
  };
}

export interface TimedDrift {
  readonly at: Date;
  readonly drift: Drift;
}

type Measure = 'index' | 'distance';

/** The stability index, and the distance, of each feature over time, against their thresholds. */
export const driftFigures = (checks: readonly TimedDrift[]): Html =>
  html`<div class="pair">${driftFigure('Population stability index', 'index', checks)}${driftFigure('Kolmogorov-Smirnov distance', 'distance', checks)}</div>`;

function driftFigure(title: string, measure: Measure, checks: readonly TimedDrift[]): Html | undefined {
  const inOrder = [...checks].sort((a, b) => a.at.getTime() - b.at.getTime());
  const names = [
    ...new Set(
      inOrder.flatMap(({ drift }) =>
        drift.moves.filter((move) => move[measure] !== undefined).map(({ name }) => name),
      ),
    ),
  ];
  if (names.length === 0) return undefined;
  const last = inOrder.at(-1)!.drift;
  const threshold = measure === 'index' ? last.maxIndex : last.maxDistance;
  const ends = last.moves
    .filter((move) => move[measure] !== undefined)
    .map((move) => `${move.name} ${figure(move[measure]!)}`)
    .join(', ');
  const said = `${title} by feature, ${inOrder.length} checks. ${threshold === undefined ? '' : `The threshold is ${threshold}. `}In the last check: ${ends}.`;
  return html`<figure class="panel" id="drift-${measure}"><figcaption>${title}${threshold !== undefined && html` <span class="note">the threshold is ${threshold}</span>`}</figcaption>
${chart(said, (size) => optionOf(measure, names, inOrder, threshold, size))}</figure>`;
}

/** What is shown of 0 on a logarithmic axis. */
const least = 0.001;

function optionOf(
  measure: Measure,
  names: readonly string[],
  checks: readonly TimedDrift[],
  threshold: number | undefined,
  size: ChartSize,
) {
  const legend = legendRows(names, size.width) * 20;
  return {
    grid: { left: 46, right: size.narrow ? 16 : 24, top: legend + 14, bottom: 30, outerBoundsMode: 'none' },
    legend: {
      top: 0,
      left: 0,
      itemWidth: 18,
      itemGap: 12,
      textStyle: { color: colors.ink, fontSize: fontSize - 1 },
    },
    xAxis: {
      ...axisStyle,
      type: 'time',
      splitNumber: size.narrow ? 3 : 5,
      splitLine: { show: false },
      axisLabel: {
        ...axisStyle.axisLabel,
        hideOverlap: true,
        formatter: (value: number) => dayOf(new Date(value)),
      },
    },
    yAxis: {
      ...axisStyle,
      ...(measure === 'index' ? { type: 'log', min: least } : { type: 'value', min: 0 }),
      axisLine: { show: false },
      axisLabel: { ...axisStyle.axisLabel, formatter: (value: number) => figure(value) },
    },
    series: names.map((name, i) => ({
      type: 'line',
      name,
      data: checks.flatMap(({ at, drift }) => {
        const value = drift.moves.find((move) => move.name === name)?.[measure];
        return value === undefined
          ? []
          : [[at.getTime(), measure === 'index' ? Math.max(value, least) : value]];
      }),
      symbol: i < palette.length ? 'circle' : 'diamond',
      symbolSize: 6,
      lineStyle: { width: 1.8, color: palette[i % palette.length] },
      itemStyle: { color: palette[i % palette.length] },
      ...(i === 0 &&
        threshold !== undefined && {
          markLine: {
            silent: true,
            symbol: 'none',
            data: [{ yAxis: threshold }],
            lineStyle: { color: colors.red, width: 1.5, type: 'dashed' },
            label: { show: false },
          },
        }),
    })),
  };
}

/** Each feature of one check, against its thresholds. */
export const movesTable = ({ moves, maxIndex, maxDistance }: Drift): Html =>
  table(
    'Features',
    [
      { name: 'Feature' },
      { name: 'Moved' },
      { name: `Index${maxIndex === undefined ? '' : ` (of ${maxIndex})`}`, kind: 'number' },
      { name: 'p', kind: 'number' },
      { name: `Distance${maxDistance === undefined ? '' : ` (of ${maxDistance})`}`, kind: 'number' },
      { name: 'p', kind: 'number' },
      { name: 'Values', kind: 'number' },
    ],
    moves.map(
      ({ name, drifted, index, indexP, distance, distanceP, count }) =>
        html`<tr><th scope="row">${name}</th><td>${drifted ? html`<span class="tag warn">moved</span>` : 'no'}</td>
${against(index, maxIndex)}<td class="number">${indexP === undefined ? '–' : figure(indexP)}</td>
${against(distance, maxDistance)}<td class="number">${distanceP === undefined ? '–' : figure(distanceP)}</td><td class="number">${count}</td></tr>`,
    ),
  );

const against = (value: number | undefined, threshold: number | undefined): Html =>
  value === undefined
    ? html`<td class="number">–</td>`
    : html`<td class="number">${threshold !== undefined && meter(value / (2 * threshold), value >= threshold)}${figure(value)}</td>`;
