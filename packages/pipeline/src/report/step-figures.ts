import { bar } from './bar.ts';
import { axisStyle, chart, colors, fontSize } from './chart.ts';
import { counted, milliseconds, percent } from './format.ts';
import { type Html, html } from './html.ts';
import type { Report, ReportedStep } from './schema.ts';

type ModuleTime = ReportedStep['modules'][number];
type OperatorTime = ReportedStep['operators'][number];

/** Beyond this number the quickest share one row. */
const mostRows = 12;

/** What a bar is made of; `other` is whatever is none of the rest. */
const series = [
  { name: 'forward', color: colors.blue },
  { name: 'backward', color: colors.orange },
  { name: 'update', color: colors.green },
  { name: 'other', color: colors.muted },
] as const;

/** Where the time of a training step goes, by module and by operator; nothing where it was not measured. */
export function stepFigures({ training: { step } }: Report): Html | undefined {
  if (!step || step.modules.length === 0) return undefined;
  const [slowest] = step.modules;
  return html`<h3>Where a training step spends its time</h3>
<p>${milliseconds(step.milliseconds)} for ${counted(step.batchSize, 'picture')}, as ONNX Runtime's profile has it, ${percent(slowest!.share, 0)} of it in ${nameOf(slowest!)}. Medians of ${counted(step.steps, 'step')}; the row “other” is what ONNX Runtime adds, such as changes of layout.</p>
<div class="pair top">
<figure><figcaption>By module</figcaption>${moduleChart(shortened(step.modules, joinedModules))}</figure>
<figure><figcaption>By operator</figcaption>${operatorTable(shortened(step.operators, joinedOperators))}</figure>
</div>
${moduleTable(step.modules)}`;
}

const nameOf = ({ module, kind }: ModuleTime): string => (kind ? `${module} ${kind}` : module);

function moduleChart(modules: readonly ModuleTime[]): Html {
  const said = modules.map((module) => `${nameOf(module)} ${milliseconds(module.milliseconds)}`);
  const used = series.filter(({ name }) => modules.some((module) => partOf(module, name) > 0));
  const longest = Math.max(...modules.map((module) => module.milliseconds));
  const option = ({ narrow }: { narrow: boolean }) => ({
    grid: { left: narrow ? 112 : 190, right: 72, top: 40, bottom: 12, outerBoundsMode: 'none' },
    legend: {
      top: 4,
      left: 0,
      itemWidth: 13,
      itemHeight: 11,
      itemGap: narrow ? 11 : 18,
      textStyle: { color: colors.ink, fontSize },
    },
    // A little more than the longest bar, which ECharts would cut, and leave without its label, at its very length.
    xAxis: { type: 'value', show: false, max: longest * 1.001 },
    yAxis: {
      ...axisStyle,
      type: 'category',
      inverse: true,
      data: modules.map((module) => (narrow ? module.module : nameOf(module))),
      axisLine: { show: false },
      axisLabel: {
        color: colors.ink,
        fontSize: fontSize - 1,
        interval: 0,
        // Less than there is room for: letters of the page may be wider than ECharts thinks.
        width: narrow ? 92 : 160,
        overflow: 'truncate',
      },
    },
    series: used.map(({ name, color }, i) => ({
      type: 'bar',
      name,
      stack: 'time',
      barWidth: '62%',
      itemStyle: { color },
      data: modules.map((module) => partOf(module, name)),
      ...(i === used.length - 1 && {
        label: {
          show: true,
          position: 'right',
          color: colors.muted,
          fontSize: fontSize - 1,
          formatter: ({ dataIndex }: { dataIndex: number }) => milliseconds(modules[dataIndex]!.milliseconds),
        },
      }),
    })),
  });
  return chart(`Milliseconds of a training step: ${said.join('; ')}.`, option, 56 + modules.length * 36);
}

/** Milliseconds of a module in one of the series. */
function partOf({ parts, milliseconds }: ModuleTime, name: (typeof series)[number]['name']): number {
  if (name !== 'other') return parts[name] ?? 0;
  const named = series.reduce((sum, part) => sum + (part.name === 'other' ? 0 : (parts[part.name] ?? 0)), 0);
  // What floating point leaves of a difference is no time.
  const rest = milliseconds - named;
  return rest > milliseconds * 1e-9 ? rest : 0;
}

function operatorTable(operators: readonly OperatorTime[]): Html {
  const longest = operators[0]!.milliseconds || 1;
  return html`<div class="scroll" role="region" aria-label="Time of a training step by operator" tabindex="0"><table class="numbers">
<thead><tr><th scope="col">Operator</th><th scope="col">Nodes</th><th scope="col">Time</th><th scope="col">Share</th></tr></thead>
<tbody>${operators.map(
    ({ opType, nodes, milliseconds: time, share }) => html`<tr><th scope="row">${opType}</th><td>${nodes}</td>
<td>${bar(Math.min(1, time / longest))}${milliseconds(time)}</td><td>${percent(share, 0)}</td></tr>`,
  )}</tbody></table></div>`;
}

function moduleTable(modules: readonly ModuleTime[]): Html {
  return html`<details><summary>All modules as numbers</summary>
<div class="scroll" role="region" aria-label="Time of a training step by module" tabindex="0"><table class="numbers">
<thead><tr><th scope="col">Module</th><th scope="col" class="word">Kind</th><th scope="col">Nodes</th>${series.map(
    ({ name }) => html`<th scope="col">${name}</th>`,
  )}<th scope="col">Total</th><th scope="col">Share</th></tr></thead>
<tbody>${modules.map(
    (module) =>
      html`<tr><th scope="row">${module.module}</th><td class="word">${module.kind ?? '–'}</td><td>${module.nodes}</td>${series.map(
        ({ name }) => {
          const time = partOf(module, name);
          return html`<td>${time === 0 ? '–' : milliseconds(time)}</td>`;
        },
      )}<td>${milliseconds(module.milliseconds)}</td><td>${percent(module.share, 1)}</td></tr>`,
  )}</tbody></table></div></details>`;
}

/** The slowest, and one for all others. */
function shortened<T>(all: readonly T[], join: (rest: readonly T[]) => T): readonly T[] {
  return all.length <= mostRows ? all : [...all.slice(0, mostRows - 1), join(all.slice(mostRows - 1))];
}

const sum = (times: readonly OperatorTime[] | readonly ModuleTime[]) =>
  times.reduce(
    (total: { nodes: number; milliseconds: number; share: number }, time) => ({
      nodes: total.nodes + time.nodes,
      milliseconds: total.milliseconds + time.milliseconds,
      share: total.share + time.share,
    }),
    { nodes: 0, milliseconds: 0, share: 0 },
  );

const joinedOperators = (rest: readonly OperatorTime[]): OperatorTime => ({
  opType: `${rest.length} others`,
  ...sum(rest),
});

function joinedModules(rest: readonly ModuleTime[]): ModuleTime {
  const parts = series.map(
    ({ name }) => [name, rest.reduce((total, module) => total + partOf(module, name), 0)] as const,
  );
  return { module: `${rest.length} others`, ...sum(rest), parts: Object.fromEntries(parts) };
}
