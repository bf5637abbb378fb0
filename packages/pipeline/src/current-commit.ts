import { $ } from 'zx';

/** The platform's own shell: zx alone would look for bash, which Windows may lack. */
const run = $({ nothrow: true, quiet: true, shell: true, prefix: '', postfix: '', quote: String });

/** The commit whose code trains, or null outside of a repository. */
export async function currentCommit(root: string): Promise<string | null> {
  const { exitCode, stdout } = await run({ cwd: root })`git rev-parse HEAD`;
  return exitCode === 0 ? stdout.trim() : null;
}
