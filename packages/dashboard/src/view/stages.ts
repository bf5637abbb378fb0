import type { RunStage } from '@trainyard/registry';
import { duration, percent, secondsBetween } from './format.ts';
import { type Html, html } from './html.ts';

/** The stages of a run in one bar, a piece each, as far as they are. */
export function flowBar(stages: readonly RunStage[]): Html {
  if (stages.length === 0) return html``;
  const [gap, width] = [1.2, 100 / stages.length];
  const room = width - gap;
  const said = stages.map((stage) => `${stage.name} ${stateOf(stage)}`).join(', ');
  return html`<svg class="flow" viewBox="0 0 ${(100 - gap).toFixed(1)} 10" preserveAspectRatio="none" role="img" aria-label="${said}">${stages.map(
    (stage, i) =>
      html`<rect x="${(i * width).toFixed(2)}" width="${room.toFixed(2)}" height="10"/>${
        shareOf(stage) > 0 &&
        html`<rect class="${stage.status}" x="${(i * width).toFixed(2)}" width="${(room * shareOf(stage)).toFixed(2)}" height="10"/>`
      }`,
  )}</svg>`;
}

const shareOf = ({ status, progress }: RunStage): number =>
  status === 'succeeded' || status === 'failed'
    ? 1
    : status === 'running'
      ? Math.max(0.04, progress ?? 0)
      : 0;

function stateOf({ status, progress }: RunStage): string {
  return status === 'running' ? percent(progress ?? 0, 0) : status;
}

/** What a run is at, in a line: `train, epoch 3 of 8`. */
export function atWork(stages: readonly RunStage[]): string {
  const stage = stages.find(({ status, attempts }) => status !== 'succeeded' && attempts > 0);
  if (!stage) return '';
  return stage.note ? `${stage.name}: ${stage.note}` : stage.name;
}

/** Each stage with its time and its troubles. */
export const stageCards = (stages: readonly RunStage[], now: Date): Html =>
  html`<ol class="steps">${stages.map(
    (stage) => html`<li class="step ${stage.status}"><b>${stage.name}</b>
<span>${stateOf(stage)}${stage.started && stage.status !== 'waiting' && html`, ${duration(secondsBetween(stage.started, stage.finished, now))}`}</span>
${stage.note && stage.status === 'running' && html`<span>${stage.note}</span>`}
${stage.attempts > 1 && html`<span>${stage.attempts} attempts</span>`}
${stage.crashes > 0 && html`<span class="trouble">${stage.crashes === 1 ? '1 crash' : `${stage.crashes} crashes`}</span>`}
${stage.failures > 0 && html`<span class="trouble">${stage.failures === 1 ? '1 failure' : `${stage.failures} failures`}</span>`}
${stage.worker && stage.status === 'running' && html`<span>on ${stage.worker}</span>`}</li>`,
  )}</ol>`;
