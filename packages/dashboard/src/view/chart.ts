import { createHash } from 'node:crypto';
import { LineChart, ParallelChart, ScatterChart } from 'echarts/charts';
import { GridComponent, LegendComponent, MarkLineComponent, ParallelComponent } from 'echarts/components';
import { type EChartsCoreOption, init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { type Html, html, trusted } from './html.ts';

use([
  LineChart,
  ParallelChart,
  ScatterChart,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  ParallelComponent,
  SVGRenderer,
]);

/** Colours are CSS variables of the page, so that one drawing serves light and dark. */
export const colors = {
  ink: 'var(--ink)',
  muted: 'var(--muted)',
  line: 'var(--line)',
  raised: 'var(--raised)',
  red: 'var(--red)',
} as const;

/** Of lines, one after the other. */
export const palette = [
  'var(--blue)',
  'var(--orange)',
  'var(--green)',
  'var(--violet)',
  'var(--red)',
  'var(--teal)',
  'var(--ochre)',
  'var(--rose)',
] as const;

export const fontSize = 13;

/** Options of an axis in the page's style. */
export const axisStyle = {
  axisLine: { lineStyle: { color: colors.muted } },
  axisTick: { show: false },
  axisLabel: { color: colors.muted, fontSize: fontSize - 1 },
  nameTextStyle: { color: colors.muted, fontSize },
  splitLine: { lineStyle: { color: colors.line } },
} as const;

export interface ChartSize {
  readonly width: number;
  readonly height: number;
  readonly narrow: boolean;
}

const sizes: Readonly<Record<'low' | 'half' | 'full', readonly ChartSize[]>> = {
  low: [
    { width: 1140, height: 230, narrow: false },
    { width: 340, height: 230, narrow: true },
  ],
  half: [
    { width: 560, height: 300, narrow: false },
    { width: 340, height: 270, narrow: true },
  ],
  full: [
    { width: 1140, height: 380, narrow: false },
    { width: 340, height: 400, narrow: true },
  ],
};

/**
 * A chart as inline SVG, drawn once for wide and once for narrow screens, so that its letters keep their size.
 * @param label what a screen reader says of it
 */
export function chart(
  label: string,
  option: (size: ChartSize) => EChartsCoreOption,
  room: keyof typeof sizes = 'half',
): Html {
  const [wide, narrow] = sizes[room].map((size) => draw(label, option(size), size));
  return html`<div class="chart wide">${wide}</div><div class="chart narrow">${narrow}</div>`;
}

function draw(label: string, option: EChartsCoreOption, { width, height }: ChartSize): Html {
  const instance = init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    instance.setOption({
      animation: false,
      textStyle: { fontFamily: 'inherit', color: colors.ink, fontSize },
      ...option,
    });
    const svg = settleIds(withoutStyles(instance.renderToSVGString()));
    const name = html`aria-label="${label}"`.toString();
    // A name for screen readers, and a width that the page decides.
    return trusted(svg.replace(/<svg width="\d+" height="\d+"/, () => `<svg role="img" ${name}`));
  } finally {
    instance.dispose();
  }
}

/** What the page's policy takes: attributes in the place of styles, and nothing that ECharts adds for pointers. */
export function withoutStyles(svg: string): string {
  return svg
    .replace(/<style[^>]*>[\s\S]*?<\/style>/g, '')
    .replace(/ (?:class|ecmeta_\w+)="[^"]*"/g, '')
    .replace(/ style="([^"]*)"/g, (_, style: string) => style.split(';').map(fontOf).join(''));
}

/** A rule of a style as attributes, where it is one of letters: `font-size:12px`, `font: normal normal 12px inherit`. */
function fontOf(rule: string): string {
  const [name, value = ''] = rule.split(':', 2).map((part) => part.trim());
  if (name?.startsWith('font-')) return ` ${name}="${value}"`;
  const [, style, weight, size, family] = (name === 'font' && /^(\S+) (\S+) (\S+) (.+)$/.exec(value)) || [];
  return family
    ? ` font-style="${style}" font-weight="${weight}" font-size="${size}" font-family="${family}"`
    : '';
}

/** ECharts counts its drawings in the ids; named by content instead, the same data gives the same page. */
function settleIds(svg: string): string {
  const content = svg.replace(/\bzr\d+-/g, '');
  const name = createHash('sha256').update(content).digest('hex').slice(0, 8);
  return svg.replace(/\bzr\d+-/g, `c${name}-`);
}

/** Rows that a legend needs, by what its letters are wide. */
export function legendRows(names: readonly string[], width: number): number {
  let [rows, at] = [1, 0];
  for (const name of names) {
    const room = 26 + 5 + name.length * 7.2 + 22;
    if (at > 0 && at + room > width - 10) {
      rows += 1;
      at = 0;
    }
    at += room;
  }
  return rows;
}
