import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const ip = '/usr/sbin/ip';
const run = (...args: string[]) => execFileSync(ip, args, { stdio: 'pipe' });

/**
 * Why this machine can't have networks of its own for tests; undefined where it can. In CI the command must be there;
 * whether a test may make networks is up to the machine.
 */
export const networksMissing: string | undefined = whyMissing();

function whyMissing(): string | undefined {
  if (!existsSync(ip)) return process.env.CI ? undefined : 'no ip command; install iproute2';
  try {
    run('netns', 'add', 'trainyard-probe');
    run('netns', 'del', 'trainyard-probe');
    return undefined;
  } catch {
    return 'no right to make network namespaces';
  }
}

export interface TestNetwork {
  /** Address of this machine in it. */
  readonly host: string;
  /** Runs a command in it. */
  readonly prefix: readonly string[];
  /** Cuts the link between it and this machine, or mends it. */
  cut(isCut: boolean): void;
  remove(): void;
}

/** A network namespace that a link leads to, as to another machine. */
export function makeNetwork(number: number): TestNetwork {
  const name = `trainyard-${process.pid}-${number}`;
  const [near, far] = [`ty${process.pid % 10_000}n${number}`, `ty${process.pid % 10_000}f${number}`];
  const [host, guest] = [`10.77.${number}.1`, `10.77.${number}.2`];
  run('netns', 'add', name);
  run('link', 'add', near, 'type', 'veth', 'peer', 'name', far);
  run('link', 'set', far, 'netns', name);
  run('addr', 'add', `${host}/24`, 'dev', near);
  run('link', 'set', near, 'up');
  run('-n', name, 'addr', 'add', `${guest}/24`, 'dev', far);
  run('-n', name, 'link', 'set', far, 'up');
  run('-n', name, 'link', 'set', 'lo', 'up');
  return {
    host,
    prefix: [ip, 'netns', 'exec', name],
    cut: (isCut) => void run('link', 'set', near, isCut ? 'down' : 'up'),
    remove: () => void run('netns', 'del', name),
  };
}
