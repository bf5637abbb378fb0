import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** The command of moto, a server of others for tests against S3, unless `MOTO_SERVER` names another. */
const command = process.env.MOTO_SERVER ?? 'moto_server';

/** Why tests can't start moto here; undefined where they can, and where `MOTO_SERVER` asks for it. */
export const motoMissing: string | undefined =
  process.env.MOTO_SERVER || spawnSync(command, ['--help'], { stdio: 'ignore' }).status === 0
    ? undefined
    : `no ${command}; pip install 'moto[server]'`;

/** moto on loopback, on a free port. */
export async function startMoto(): Promise<{ readonly endpoint: string; stop(): Promise<void> }> {
  const port = await freePort();
  const server = spawn(command, ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  const ended = once(server, 'exit');
  const endpoint = `http://127.0.0.1:${port}`;
  for (let attempt = 0; ; attempt++) {
    const answers = await fetch(endpoint).then(
      (response) => response.ok,
      () => false,
    );
    if (answers) break;
    if (server.exitCode !== null || attempt === 300) throw new Error(`${command} does not answer`);
    await wait(100);
  }
  return {
    endpoint,
    async stop() {
      server.kill();
      await ended;
    },
  };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');
  return port;
}
