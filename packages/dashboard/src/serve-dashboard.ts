import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { Store } from '@trainyard/registry';
import type { DashboardActions } from './actions.ts';
import { createApp } from './app.ts';
import { DashboardError } from './errors.ts';
import { newSecret } from './security/sessions.ts';

export interface DashboardOptions {
  readonly store: Store;
  readonly actions: DashboardActions;
  /** A free one unless given. */
  readonly port?: number;
  /** What changes need; 256 random bits unless given, and at least 32 characters. */
  readonly token?: string;
}

export interface Dashboard {
  /** For reading: `http://127.0.0.1:4680/`. */
  readonly url: string;
  /** The same, and signs in: what to print for the person who started it. */
  readonly signInUrl: string;
  readonly token: string;
  close(): Promise<void>;
}

/**
 * Serves the dashboard to this machine alone: on 127.0.0.1 and, where there is one, on ::1.
 * @throws DashboardError where the port is taken, or the token is short
 */
export async function serveDashboard(options: DashboardOptions): Promise<Dashboard> {
  const { store, actions, port: wanted = 0, token = newSecret() } = options;
  if (!Number.isInteger(wanted) || wanted < 0 || wanted > 65_535)
    throw new DashboardError('dashboard port', 'a whole number, 0 to 65535', String(wanted));
  if (!/^[\w-]{32,}$/.test(token))
    throw new DashboardError(
      'dashboard token',
      'at least 32 letters, digits, - and _',
      'another one',
      'leave it out',
    );
  let port = wanted;
  const app = await createApp({ store, actions, token, port: () => port });
  const servers: Server[] = [];
  const listen = async (host: string): Promise<Server> => {
    const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }) as Server;
    server.listen(port, host);
    await once(server, 'listening');
    servers.push(server);
    return server;
  };
  const close = async (): Promise<void> => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    }
  };
  try {
    port = ((await listen('127.0.0.1')).address() as AddressInfo).port;
    await listen('::1').catch((error: NodeJS.ErrnoException) => {
      // A machine without IPv6 has nobody to hear there.
      if (error.code !== 'EADDRNOTAVAIL' && error.code !== 'EAFNOSUPPORT') throw error;
    });
  } catch (cause) {
    await close();
    const { code } = cause as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw cause;
    const got = code === 'EACCES' ? 'one that needs privileges' : 'one in use';
    throw new DashboardError('dashboard', `a free port of loopback at ${port}`, got, 'choose another port', {
      cause,
    });
  }
  const url = `http://127.0.0.1:${port}/`;
  return { url, signInUrl: `${url}#token=${token}`, token, close };
}
