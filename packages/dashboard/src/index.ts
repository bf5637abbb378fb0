/** A local page over the registry. */
export type { DashboardActions } from './actions.ts';
export { DashboardError } from './errors.ts';
export { type Dashboard, type DashboardOptions, serveDashboard } from './serve-dashboard.ts';
