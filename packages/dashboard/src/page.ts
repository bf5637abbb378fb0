import type { Store } from '@trainyard/registry';
import type { DashboardActions } from './actions.ts';
import type { LoggedMetrics } from './logged-metrics.ts';
import type { Html } from './view/html.ts';

export interface PageContext {
  readonly store: Store;
  readonly actions: DashboardActions;
  readonly logged: LoggedMetrics;
  /** What the path names, such as `{ run: '…' }`. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Whether changes are offered. */
  readonly signedIn: boolean;
  readonly now: Date;
}

export interface PageContent {
  readonly title: string;
  readonly body: Html;
  /** Seconds until what the page shows is looked at again; never unless given. */
  readonly refresh?: number;
}

/** One page of the dashboard. */
export interface Page {
  readonly path: string;
  /** Its place in the navigation, or that of the page it belongs to. */
  readonly section: string;
  /** @throws NotFoundError, InputError of the store where the path names nothing: the answer is then 404 */
  readonly show: (context: PageContext) => Promise<PageContent>;
}

export interface DeedContext {
  readonly actions: DashboardActions;
  readonly params: Readonly<Record<string, string>>;
  readonly form: URLSearchParams;
}

/** Something that a form asks for, and that changes state. */
export interface Deed {
  readonly path: string;
  /** @returns what was done, in words, and the page to go to */
  readonly act: (context: DeedContext) => Promise<{ readonly done: string; readonly to: string }>;
}
