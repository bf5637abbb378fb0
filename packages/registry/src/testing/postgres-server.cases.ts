import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { appendFile, chmod, chown, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';

const run = promisify(execFile);

/** Debian's newest server, unless `POSTGRES_BIN` names the folder of another. */
const bin = process.env.POSTGRES_BIN ?? newestOf('/usr/lib/postgresql');

/** Why tests can't start a server here; undefined where they can, and in CI, where one that is missing is a failure. */
export const postgresMissing: string | undefined =
  process.env.CI || existsSync(join(bin, 'initdb')) ? undefined : `no PostgreSQL server at ${bin}`;

export interface PostgresServer {
  /** A new, empty database. @returns its URL */
  createDatabase(): Promise<string>;
  /** Ends every connection to the server's databases, as a restart does. */
  cutConnections(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * PostgreSQL on loopback, on a free port, in a temporary folder; without fsync, which the tests don't need.
 * @param network another one that it listens in, such as 10.77.0.0/16
 */
export async function startPostgres({
  network,
}: {
  readonly network?: string;
} = {}): Promise<PostgresServer> {
  if (!existsSync(join(bin, 'initdb'))) throw new Error(`no PostgreSQL server at ${bin}; install postgresql`);
  const folder = await mkdtemp(join(tmpdir(), 'postgres-'));
  const user = await unprivileged();
  if (user) await chown(folder, user.uid, user.gid);
  await chmod(folder, 0o700);
  const data = join(folder, 'data');
  const options = { ...user, cwd: folder, env: { ...process.env, LC_ALL: 'C.UTF-8' } };
  await run(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'trainyard', '-A', 'trust', '-E', 'UTF8', '--no-sync'],
    options,
  );
  if (network) await appendFile(join(data, 'pg_hba.conf'), `host all all ${network} trust\n`);
  const port = await freePort();
  const settings = {
    port,
    fsync: 'off',
    listen_addresses: network ? '*' : '127.0.0.1',
    unix_socket_directories: folder,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const server = spawn(join(bin, 'postgres'), ['-D', data, ...flags], { ...options, stdio: 'ignore' });
  const ended = once(server, 'exit');
  const urlOf = (database: string) => `postgres://trainyard@127.0.0.1:${port}/${database}`;
  const admin = new pg.Pool({ connectionString: urlOf('postgres'), max: 1 });
  admin.on('error', () => undefined);
  await untilReady(admin, ended);
  let databases = 0;
  return {
    async createDatabase() {
      const name = `test_${++databases}`;
      await admin.query(`create database ${name}`);
      return urlOf(name);
    },
    async cutConnections() {
      await admin.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname like 'test_%'`,
      );
    },
    async stop() {
      await admin.end();
      server.kill('SIGINT');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The server refuses to run as root: then it runs as whoever Debian's package made for it. */
async function unprivileged(): Promise<{ uid: number; gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const id = async (flag: string) => Number((await run('id', [flag, 'postgres'])).stdout);
  return { uid: await id('-u'), gid: await id('-g') };
}

async function untilReady(pool: pg.Pool, ended: Promise<unknown>): Promise<void> {
  let failed = false;
  void ended.then(() => {
    failed = true;
  });
  for (let attempt = 0; ; attempt++) {
    try {
      return void (await pool.query('select 1'));
    } catch (error) {
      if (failed || attempt === 600) throw error;
      await wait(50);
    }
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');
  return port;
}

function newestOf(folder: string): string {
  const versions = existsSync(folder) ? readdirSync(folder) : [];
  const newest = versions.sort((a, b) => Number(b) - Number(a))[0] ?? 'none';
  return join(folder, newest, 'bin');
}
