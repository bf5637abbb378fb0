import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type Store } from '@trainyard/registry';
import { type Dashboard, serveDashboard } from '../serve-dashboard.ts';
import { type Filled, fillStore } from './filled-store.cases.ts';
import { type StoreActions, storeActions } from './store-actions.cases.ts';

export interface OpenDashboard {
  readonly store: Store;
  readonly actions: StoreActions;
  readonly filled: Filled;
  readonly dashboard: Dashboard;
  close(): Promise<void>;
}

/** A dashboard over a filled store in a folder of its own. */
export async function openDashboard(): Promise<OpenDashboard> {
  const folder = await mkdtemp(join(tmpdir(), 'dashboard-'));
  const store = await openStore({ folder, url: '' });
  const filled = await fillStore(store);
  const actions = storeActions(store);
  const dashboard = await serveDashboard({ store, actions });
  return {
    store,
    actions,
    filled,
    dashboard,
    async close() {
      await dashboard.close();
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
