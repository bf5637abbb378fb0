import { createHash } from 'node:crypto';
import { BarChart, LineChart, ScatterChart } from 'echarts/charts';
import { GridComponent, LegendComponent, MarkAreaComponent, MarkLineComponent } from 'echarts/components';
import { type EChartsCoreOption, init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { escapeHtml, type Html, html, trusted } from './html.ts';

use([
  BarChart,
  LineChart,
  ScatterChart,
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  SVGRenderer,
]);

/** Colours are CSS variables of the page, so that one drawing serves light, dark and print. */
export const colors = {
  ink: 'var(--ink)',
  muted: 'var(--muted)',
  line: 'var(--line)',
  raised: 'var(--raised)',
  blue: 'var(--blue)',
  orange: 'var(--orange)',
  green: 'var(--green)',
  violet: 'var(--violet)',
} as const;

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

const wide: ChartSize = { width: 560, height: 340, narrow: false };
const narrow: ChartSize = { width: 340, height: 310, narrow: true };

/**
 * A chart as inline SVG, drawn once for wide and once for narrow screens, so that its letters keep their size.
 *
 * @param label what a screen reader says of it
 * @param height instead of the usual one, on either screen
 * @param width of the drawing for wide screens, where that is not half of the page
 */
export function chart(
  label: string,
  option: (size: ChartSize) => EChartsCoreOption,
  height?: number | ((size: ChartSize) => number),
  width = wide.width,
): Html {
  const [large, small] = [{ ...wide, width }, narrow].map((size) => ({
    ...size,
    height: (typeof height === 'function' ? height(size) : height) ?? size.height,
  }));
  return html`<div class="chart wide">${draw(label, option(large), large)}</div
    ><div class="chart narrow">${draw(label, option(small), small)}</div>`;
}

function draw(label: string, option: EChartsCoreOption, { width, height }: ChartSize): Html {
  const instance = init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    instance.setOption({
      animation: false,
      textStyle: { fontFamily: 'inherit', color: colors.ink, fontSize },
      ...option,
    });
    const svg = instance
      .renderToSVGString()
      // A name for screen readers, and a width that the page decides.
      .replace(/<svg width="\d+" height="\d+"/, `<svg role="img" aria-label="${escapeHtml(label)}"`);
    return trusted(settleIds(withoutHover(svg)));
  } finally {
    instance.dispose();
  }
}

/** The drawing is still: what ECharts adds for pointers would only make points vanish under them. */
function withoutHover(svg: string): string {
  return svg.replace(/<style[^>]*>[\s\S]*?<\/style>/g, '').replace(/ (?:class|ecmeta_\w+)="[^"]*"/g, '');
}

/** ECharts counts its drawings in the ids; named by content instead, the same report gives the same page. */
function settleIds(svg: string): string {
  const content = svg.replace(/\bzr\d+-/g, '');
  const name = createHash('sha256').update(content).digest('hex').slice(0, 8);
  return svg.replace(/\bzr\d+-/g, `c${name}-`);
}
