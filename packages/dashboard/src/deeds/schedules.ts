import type { Deed } from '../page.ts';
import { oneOf, required } from './fields.ts';

const to = '/schedules';

export const putSchedule: Deed = {
  path: '/schedules',
  async act({ actions, form }) {
    const pipeline = oneOf(form, 'pipeline', await actions.pipelines());
    const name = required(form, 'name');
    const mode = oneOf(form, 'mode', ['always', 'needed']);
    await actions.putSchedule({
      pipeline,
      name,
      cron: required(form, 'cron'),
      timeZone: required(form, 'timeZone'),
      mode,
    });
    return { done: `Schedule ${name} of ${pipeline} is set.`, to };
  },
};

const change = (
  path: string,
  done: string,
  act: (pipeline: string, name: string, actions: Actions) => Promise<void>,
): Deed => ({
  path,
  async act({ actions, form }) {
    const [pipeline, name] = [required(form, 'pipeline'), required(form, 'name')];
    await act(pipeline, name, actions);
    return { done: `Schedule ${name} of ${pipeline} ${done}.`, to };
  },
});

type Actions = Parameters<Deed['act']>[0]['actions'];

export const pauseSchedule = change('/schedules/pause', 'is paused', (pipeline, name, actions) =>
  actions.pauseSchedule(pipeline, name, true),
);
export const resumeSchedule = change('/schedules/resume', 'goes on', (pipeline, name, actions) =>
  actions.pauseSchedule(pipeline, name, false),
);
export const removeSchedule = change('/schedules/remove', 'is removed', (pipeline, name, actions) =>
  actions.removeSchedule(pipeline, name),
);
