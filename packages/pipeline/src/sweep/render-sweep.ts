import { bestOf, type SweepConfig, trialCounts } from '@trainyard/jobs';
import { type Html, html, trusted } from '../report/html.ts';
import { style } from '../report/style.ts';
import { metricAxis, settingAxis } from './axis.ts';
import { parallelPicture } from './parallel-picture.ts';
import { hasFigure, looksOf, steps } from './ranked-look.ts';
import { scatterPicture } from './scatter-picture.ts';
import {
  metricName,
  metricText,
  type ShownSweep,
  type ShownTrial,
  settingsText,
  shortNames,
} from './shown-sweep.ts';
import { sweepStyle } from './style.ts';
import { inOrder, trialRows } from './trial-table.ts';

/** A page of one sweep, which needs nothing beside it: the picture of what was tried, and the table. */
export function renderSweep(sweep: ShownSweep): string {
  const { name } = sweep;
  return `${html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${name}: sweep</title>
<style>${trusted(style)}${trusted(sweepStyle)}</style>
</head>
<body>
<main>
<header><p class="kicker">Sweep</p><h1>${name}</h1><p class="words">${summary(sweep)}</p></header>
${sweepPicture(sweep) ?? html`<p class="lead">No trial has begun.</p>`}
<section><h2>Trials</h2><p class="lead">${explanation(sweep.config)}</p>${table(sweep)}</section>
</main>
<footer><p>Made by Trainyard.</p></footer>
</body>
</html>
`}`;
}

/** The picture alone, with its key: for pages that define the variables of colour which `sweepStyle` defines. */
export function sweepPicture({ config, trials }: ShownSweep): Html | undefined {
  const shown = highest(trials, config.metric.goal);
  if (shown.length === 0) return undefined;
  const paths = Object.keys(config.space).sort();
  const names = shortNames(paths);
  const looks = looksOf(shown);
  const axes = paths.map((path) => settingAxis(names.get(path)!, path, config.space[path]!, shown));
  const figures = metricAxis(config.metric.name, shown);
  const label = `${shown.length} trials over ${axes.map(({ name }) => name).join(', ')}. ${bestText(config, trials) ?? ''}`;
  const parallel = axes.length > 2;
  const [x, y = figures] = axes;
  const picture = parallel
    ? parallelPicture(label, [...axes, figures], looks)
    : scatterPicture(
        label,
        [x!, y],
        shown.map(({ rung, value }, i) => ({
          look: looks[i]!,
          rung,
          text: value === undefined ? '' : metricText(config.metric.name, value),
        })),
      );
  return html`<figure class="panel">${key(config, shown, parallel)}${picture}</figure>`;
}

/** Each trial as it stands on the highest rung where it has a figure: those without one first, the best one last. */
function highest(trials: readonly ShownTrial[], goal: 'max' | 'min'): ShownTrial[] {
  const byTrial = new Map<number, ShownTrial>();
  for (const trial of inOrder(trials, goal).reverse())
    if (hasFigure(trial) || !byTrial.has(trial.trial)) byTrial.set(trial.trial, trial);
  const kept = [...byTrial.values()];
  return [...kept.filter((trial) => !hasFigure(trial)), ...inOrder(kept.filter(hasFigure), goal).reverse()];
}

function key({ metric }: SweepConfig, shown: readonly ShownTrial[], parallel: boolean): Html {
  const missing = shown.some((trial) => !hasFigure(trial));
  return html`<figcaption><span>worst ${metricName(metric.name)}<span class="ramp">${Array.from({ length: steps }, (_, i) => html`<i style="background:var(--t${i})"></i>`)}</span>best, by rank</span>
<span><i class="${parallel ? 'line' : 'dot'}"></i>the best trial</span>${missing && html`<span>${parallel ? html`<i class="line none"></i>` : '×'} no figure</span>`}</figcaption>`;
}

function bestText({ metric }: SweepConfig, trials: readonly ShownTrial[]): string | undefined {
  const best = bestOf(trials, metric);
  if (!best) return undefined;
  return `The best is trial ${best.trial}: ${metricName(metric.name)} ${metricText(metric.name, best.value!)} with ${settingsText(best.parameters)}.`;
}

function summary({ config, trials }: ShownSweep): string {
  const counts = trialCounts(config);
  const planned = counts.reduce((sum, count) => sum + count, 0);
  const over = trials.filter(({ status }) => status !== 'queued' && status !== 'running').length;
  const all = over < Math.min(planned, trials.length) ? `${over} of ${planned}` : `${over}`;
  const noun = all === '1' ? 'trial' : 'trials';
  const tried = {
    grid: `${all} ${noun}, every combination`,
    random: `${all} ${noun}, drawn at random`,
    halving: `${counts[0]} settings in ${all} ${noun}, by successive halving`,
  };
  const best = bestText(config, trials) ?? 'None has given a figure.';
  return `${tried[config.method]}. ${best}`.replaceAll(' %', '\u00a0%');
}

const explanation = (config: SweepConfig): string =>
  `Measured on pictures that were kept back from training, never on the test pictures.${config.method === 'halving' ? ` Of the trials of each rung, one in ${config.eta} goes on with ${config.eta} times the epochs.` : ''}`;

function table(sweep: ShownSweep): Html {
  const { heads, rows } = trialRows(sweep);
  const row = ([first, ...others]: readonly string[]) =>
    html`<th scope="row">${first}</th>${others.map((cell) => html`<td>${cell}</td>`)}`;
  return html`<div class="scroll" tabindex="0"><table class="numbers"><thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${rows.map(
    ({ isBest, cells }) => html`<tr${isBest && trusted(' class="winner"')}>${row(cells)}</tr>
`,
  )}</tbody></table></div>`;
}
