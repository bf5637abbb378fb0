import type { Deed } from '../page.ts';
import { short } from '../view/format.ts';
import { oneOf, required } from './fields.ts';

export const retrain: Deed = {
  path: '/retrain',
  async act({ actions, form }) {
    const pipeline = oneOf(form, 'pipeline', await actions.pipelines());
    const start = form.get('start') ? oneOf(form, 'start', ['warm', 'cold']) : undefined;
    const run = await actions.retrain(pipeline, { start });
    return {
      done: `Run ${short(run)} of ${pipeline} waits for a worker.`,
      to: `/runs/${encodeURIComponent(run)}`,
    };
  },
};

export const cancelRun: Deed = {
  path: '/runs/:run/cancel',
  async act({ actions, params, form }) {
    const run = params.run!;
    await actions.cancel(run, required(form, 'reason'));
    return { done: 'The run is cancelled.', to: `/runs/${encodeURIComponent(run)}` };
  },
};
