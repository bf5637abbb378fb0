import { LineChart, ScatterChart } from 'echarts/charts';
import { GridComponent, LegendComponent, MarkAreaComponent, MarkLineComponent } from 'echarts/components';
import { type EChartsCoreOption, init, use } from 'echarts/core';
import { LabelLayout } from 'echarts/features';
import { SVGRenderer } from 'echarts/renderers';
import { escapeHtml, type Html, html, trusted } from './html.ts';

use([
  LineChart,
  ScatterChart,
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  LabelLayout,
  SVGRenderer,
]);

/** Colours are CSS variables of the page, so that one drawing serves light, dark and print. */
export const colors = {
  ink: 'var(--ink)',
  muted: 'var(--muted)',
  line: 'var(--line)',
  paper: 'var(--paper)',
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

const wide = { width: 560, height: 340 };
const narrow = { width: 340, height: 300 };

/**
 * A chart as inline SVG, drawn once for wide and once for narrow screens, so that its letters keep their size.
 *
 * @param label what a screen reader says of it
 */
export function chart(label: string, option: (narrow: boolean) => EChartsCoreOption): Html {
  return html`<div class="chart wide">${draw(label, option(false), wide)}</div
    ><div class="chart narrow">${draw(label, option(true), narrow)}</div>`;
}

function draw(label: string, option: EChartsCoreOption, size: { width: number; height: number }): Html {
  const instance = init(null, null, { renderer: 'svg', ssr: true, ...size });
  try {
    instance.setOption({
      animation: false,
      textStyle: { fontFamily: 'inherit', color: colors.ink, fontSize },
      ...option,
    });
    // A name for screen readers, and a width that the page decides.
    return trusted(
      instance
        .renderToSVGString()
        .replace(/<svg width="\d+" height="\d+"/, `<svg role="img" aria-label="${escapeHtml(label)}"`),
    );
  } finally {
    instance.dispose();
  }
}
