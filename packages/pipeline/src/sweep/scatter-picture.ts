import type { ChartSize } from '../report/chart.ts';
import { chart, colors, fontSize } from '../report/chart.ts';
import type { Html } from '../report/html.ts';
import type { PictureAxis } from './axis.ts';
import { axisOption } from './parallel-picture.ts';
import type { Look } from './ranked-look.ts';

const pageWidth = 1080;
const cross = 'path://M0,0L10,10M10,0L0,10';

export interface ScatterPoint {
  readonly look: Look;
  readonly rung: number;
  /** The figure, in words. */
  readonly text: string;
}

/** A point for each trial: its setting and its figure, or its two settings, with the figure as the colour. */
export const scatterPicture = (
  label: string,
  [x, y]: readonly [PictureAxis, PictureAxis],
  points: readonly ScatterPoint[],
): Html =>
  chart(
    label,
    (size) => ({
      grid: { left: size.narrow ? 54 : 84, right: 24, top: 40, bottom: 56, outerBoundsMode: 'none' },
      xAxis: { ...axisOption(x, false), nameLocation: 'middle', nameGap: 32 },
      yAxis: {
        ...axisOption(y, false),
        splitLine: { show: false },
        nameTextStyle: { ...axisOption(y, false).nameTextStyle, align: 'left' },
      },
      series: points.flatMap((point, trial) => {
        const [across, up] = [x.places[trial], y.places[trial] ?? 0];
        return across === undefined ? [] : [seriesOf(point, [across, up], size)];
      }),
    }),
    ({ narrow }) => (narrow ? 360 : 480),
    pageWidth,
  );

function seriesOf(
  { look: { color, kind, share }, rung, text }: ScatterPoint,
  value: readonly [number, number],
  { narrow }: ChartSize,
) {
  const base = { type: 'scatter', silent: true, clip: false, data: [{ value }] };
  if (kind === 'none')
    return {
      ...base,
      symbol: cross,
      symbolSize: 9,
      itemStyle: { color: 'none', borderColor: color, borderWidth: 1.5 },
    };
  const best = kind === 'best';
  return {
    ...base,
    symbol: 'circle',
    symbolSize: (narrow ? 9 : 12) + 4 * rung + (best ? 5 : 0),
    itemStyle: {
      color,
      opacity: best ? 1 : 0.6 + 0.35 * share,
      borderColor: colors.raised,
      borderWidth: 1.2,
    },
    label: {
      show: best,
      formatter: text,
      position: value[1] > 0.9 ? 'bottom' : 'top',
      color: colors.ink,
      fontSize,
      fontWeight: 600,
      textBorderColor: colors.raised,
      textBorderWidth: 4,
    },
  };
}
