import type { Version } from '@trainyard/registry';
import { axisStyle, type ChartSize, chart, colors } from './chart.ts';
import { type Html, html } from './html.ts';
import { axisText, metricText, numbersOf } from './metrics.ts';

/** What a version is to be told apart by. */
export type Fate = 'champion' | 'challenger' | 'refused' | 'served' | 'other';

const marks: Readonly<
  Record<Fate, { readonly color: string; readonly symbol: string; readonly size: number }>
> = {
  champion: { color: 'var(--blue)', symbol: 'circle', size: 15 },
  challenger: { color: 'var(--orange)', symbol: 'circle', size: 11 },
  refused: { color: 'var(--red)', symbol: 'rect', size: 9 },
  served: { color: 'var(--blue)', symbol: 'circle', size: 8 },
  other: { color: colors.muted, symbol: 'circle', size: 7 },
};

/** How good each version is, from the first to the last, and what became of it. */
export function progressOfVersions(
  versions: readonly Version[],
  fateOf: (version: Version) => Fate,
): Html | undefined {
  const metric = numbersOf(versions[0]?.metrics ?? null)[0]?.[0];
  const drawn = versions
    .filter(({ metrics }) => metric !== undefined && typeof metrics[metric] === 'number')
    .reverse();
  if (metric === undefined || drawn.length < 2) return undefined;
  const resultOf = ({ metrics }: Version) => metrics[metric] as number;
  const fates = [...new Set(drawn.map(fateOf))];
  const said = drawn.map(
    (version) => `version ${version.version} ${metricText(metric, resultOf(version))} ${fateOf(version)}`,
  );
  const option = ({ narrow }: ChartSize) => ({
    grid: { left: 58, right: narrow ? 16 : 28, top: 18, bottom: 42, outerBoundsMode: 'none' },
    xAxis: {
      ...axisStyle,
      type: 'value',
      min: drawn[0]!.version,
      max: drawn.at(-1)!.version,
      minInterval: 1,
      name: 'version',
      nameLocation: 'middle',
      nameGap: 26,
      splitLine: { show: false },
    },
    yAxis: {
      ...axisStyle,
      type: 'value',
      scale: true,
      splitNumber: 4,
      axisLine: { show: false },
      axisLabel: { ...axisStyle.axisLabel, formatter: (value: number) => axisText(metric, value) },
    },
    series: [
      {
        type: 'line',
        lineStyle: { color: colors.line, width: 2 },
        symbol: 'none',
        data: drawn.map((version) => [version.version, resultOf(version)]),
      },
      {
        type: 'scatter',
        z: 5,
        clip: false,
        data: drawn.map((version) => {
          const { color, symbol, size } = marks[fateOf(version)];
          return {
            value: [version.version, resultOf(version)],
            symbol,
            symbolSize: size,
            itemStyle: { color, opacity: 1 },
          };
        }),
      },
    ],
  });
  return html`<figure class="panel" id="progress"><figcaption>${metric} by version <span class="note">${fates.map(
    (fate) => html`<span class="keyed"><i class="fate ${fate}"></i>${fate}</span> `,
  )}</span></figcaption>${chart(`${metric} by version: ${said.join(', ')}.`, option, 'low')}</figure>`;
}
