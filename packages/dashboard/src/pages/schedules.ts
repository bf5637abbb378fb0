import { lastSlot, nextSlots } from '@trainyard/jobs';
import type { Schedule } from '@trainyard/registry';
import type { Page } from '../page.ts';
import { moment, since } from '../view/format.ts';
import { type Html, html } from '../view/html.ts';
import { deedDetails, deedForm, empty, head, table } from '../view/parts.ts';

const comingSlots = 3;

/** When pipelines are retrained by themselves. */
export const schedulesPage: Page = {
  path: '/schedules',
  section: 'Schedules',
  async show({ store, actions, signedIn, now }) {
    const [schedules, pipelines] = await Promise.all([store.schedules.list(), actions.pipelines()]);
    const rows = schedules.map((schedule) => scheduleRow(schedule, signedIn, now));
    return {
      title: 'Schedules',
      refresh: 3,
      body: html`${head(undefined, 'Schedules')}
${signedIn && pipelines.length > 0 && html`<div class="actions">${addForm(pipelines)}</div>`}
<section aria-label="Schedules">${
        rows.length === 0
          ? empty('None yet: npx nx run digits:schedule -- "0 3 * * *" retrains every night at three.')
          : table('Schedules', [...columns, ...(signedIn ? [{ name: 'Change' }] : [])], rows, 'stack')
      }</section>
<p class="note">Five fields of cron: minute, hour, day of the month, month, day of the week. A slot that was missed is caught up once.</p>`,
    };
  },
};

const columns = [
  { name: 'Schedule' },
  { name: 'Cron' },
  { name: 'Does' },
  { name: 'Last slot' },
  { name: 'Next slots' },
];

function scheduleRow(schedule: Schedule, signedIn: boolean, now: Date): Html {
  const { pipeline, name, cron, timeZone, mode, paused, lastSlot: taken } = schedule;
  const due = lastSlot(schedule, now);
  // Before the first slot it is the moment from which slots count.
  const isSlot = lastSlot(schedule, taken).getTime() === taken.getTime();
  return html`<tr id="schedule-${pipeline}-${name}"><th scope="row"><a href="/runs?pipeline=${pipeline}">${pipeline}</a> ${name}${paused && html` <span class="tag warn">paused</span>`}</th>
<td><code>${cron}</code><span class="sub">${timeZone}</span></td>
<td data-label="does">${mode === 'always' ? 'retrains' : 'retrains where it is needed'}</td>
<td class="tight" data-label="last">${isSlot ? html`${moment(taken, timeZone)}<span class="sub">${since(taken, now)}</span>` : 'none yet'}${
    !paused && taken < due && html` <span class="tag warn">due</span>`
  }</td>
<td class="tight across" data-label="next">${
    paused
      ? '–'
      : nextSlots(schedule, now, comingSlots).map(
          (slot, i) =>
            html`${moment(slot, timeZone)}${i === 0 && html` <span class="note">${since(slot, now)}</span>`}<br>`,
        )
  }</td>${signedIn && html`<td class="across">${changeForms(schedule)}</td>`}</tr>`;
}

function changeForms({ pipeline, name, paused }: Schedule): Html {
  const named = html`<input type="hidden" name="pipeline" value="${pipeline}"><input type="hidden" name="name" value="${name}">`;
  return html`${deedForm(
    paused ? '/schedules/resume' : '/schedules/pause',
    '/schedules',
    html`${named}<button class="link">${paused ? 'Resume' : 'Pause'}<span class="hidden"> ${pipeline} ${name}</span></button>`,
  )}${deedDetails(
    `remove-${pipeline}-${name}`,
    'Remove…',
    deedForm('/schedules/remove', '/schedules', html`${named}<button class="danger">Remove ${name}</button>`),
  )}`;
}

const addForm = (pipelines: readonly string[]): Html =>
  deedDetails(
    'add-schedule',
    'Add a schedule…',
    deedForm(
      '/schedules',
      '/schedules',
      html`<div class="line">
<label>Pipeline<select name="pipeline">${pipelines.map((name) => html`<option>${name}</option>`)}</select></label>
<label>Name<input type="text" name="name" required maxlength="64" value="nightly" pattern="[a-z0-9][a-z0-9\\-]*"></label>
<label>Cron<input type="text" name="cron" required maxlength="100" value="0 3 * * *"></label>
<label>Time zone<input type="text" name="timeZone" required maxlength="64" value="${Intl.DateTimeFormat().resolvedOptions().timeZone}"></label>
<label>Does<select name="mode"><option value="needed">retrain where it is needed</option><option value="always">retrain always</option></select></label>
<button>Add</button></div>`,
    ),
  );
