import { ParallelChart } from 'echarts/charts';
import { ParallelComponent } from 'echarts/components';
import { use } from 'echarts/core';
import { axisStyle, chart, colors, fontSize } from '../report/chart.ts';
import type { Html } from '../report/html.ts';
import type { PictureAxis } from './axis.ts';
import type { Look } from './ranked-look.ts';

use([ParallelChart, ParallelComponent]);

const pageWidth = 1080;
/** Room of an axis on narrow screens, where one lies below the other, in pixels. */
const axisRoom = 86;

/** Parallel coordinates: a line for each trial through its settings to its figure. */
export const parallelPicture = (label: string, axes: readonly PictureAxis[], looks: readonly Look[]): Html =>
  chart(
    label,
    ({ narrow }) => ({
      parallel: narrow
        ? { left: 28, right: 28, top: 34, bottom: 30, layout: 'vertical' }
        : { left: 74, right: 74, top: 48, bottom: 18 },
      parallelAxis: axes.map((axis, dim) => ({ dim, ...axisOption(axis, narrow) })),
      series: looks.map((look, trial) => ({
        type: 'parallel',
        silent: true,
        data: [axes.map(({ places }) => places[trial] ?? '-')],
        lineStyle: lineOf(look, looks.length),
      })),
    }),
    ({ narrow }) => (narrow ? 64 + axisRoom * (axes.length - 1) : 460),
    pageWidth,
  );

/** An axis from 0 to 1 with labels of its own. */
export const axisOption = ({ name, ticks }: PictureAxis, narrow: boolean) => ({
  type: 'value',
  min: 0,
  max: 1,
  name,
  nameLocation: narrow ? 'middle' : 'end',
  nameGap: narrow ? -18 : 16,
  nameTextStyle: {
    color: colors.ink,
    fontSize,
    fontWeight: 600,
    textBorderColor: colors.raised,
    textBorderWidth: 4,
  },
  axisLine: { lineStyle: { color: colors.muted, width: 1.2 } },
  axisTick: { show: false },
  splitLine: { show: false },
  axisLabel: {
    ...axisStyle.axisLabel,
    textBorderColor: colors.raised,
    textBorderWidth: 4,
    customValues: ticks.map(({ at }) => at),
    formatter: labelOf(ticks),
  },
});

/** What stands at a place; ECharts gives back the place, in its own digits. */
const labelOf = (ticks: PictureAxis['ticks']) => (place: number) =>
  ticks.find(({ at }) => Math.abs(at - place) < 1e-6)?.text ?? '';

function lineOf({ color, share, kind }: Look, count: number) {
  if (kind === 'best') return { color, width: 3.5, opacity: 1 };
  if (kind === 'none') return { color, width: 1, opacity: 0.55, type: [3, 4] };
  const many = count > 60;
  return {
    color,
    width: (many ? 0.9 : 1.3) + share * (many ? 0.7 : 0.9),
    opacity: (many ? 0.2 : 0.5) + share * share * (many ? 0.65 : 0.45),
  };
}
