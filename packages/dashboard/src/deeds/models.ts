import type { Deed } from '../page.ts';
import { numbered, required } from './fields.ts';

const pageOf = (model: string): string => `/models/${encodeURIComponent(model)}`;

export const approve: Deed = {
  path: '/models/:model/approve',
  async act({ actions, params, form }) {
    const [model, version] = [params.model!, numbered(form, 'version')];
    await actions.approve({ model, version }, required(form, 'reason'));
    return { done: `Version ${version} is approved.`, to: pageOf(model) };
  },
};

export const refuse: Deed = {
  path: '/models/:model/refuse',
  async act({ actions, params, form }) {
    const [model, version] = [params.model!, numbered(form, 'version')];
    await actions.refuse({ model, version }, required(form, 'reason'));
    return { done: `Version ${version} is refused.`, to: pageOf(model) };
  },
};

export const promote: Deed = {
  path: '/models/:model/promote',
  async act({ actions, params, form }) {
    const [model, version] = [params.model!, numbered(form, 'version')];
    const over = form.get('over') === '' ? null : numbered(form, 'over');
    await actions.promote({ model, version }, required(form, 'reason'), over);
    return { done: `Version ${version} is champion.`, to: pageOf(model) };
  },
};

export const rollback: Deed = {
  path: '/models/:model/rollback',
  async act({ actions, params, form }) {
    const [model, from] = [params.model!, numbered(form, 'from')];
    await actions.rollback(model, required(form, 'reason'), from);
    return { done: `Version ${from} is rolled back.`, to: pageOf(model) };
  },
};
