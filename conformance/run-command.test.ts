import { expect, test } from 'vitest';
import { runCommand } from './run-command.ts';

const node = (script: string) => [process.execPath, ['-e', script]] as const;

test('gives what was written to the standard output', async () => {
  expect(await runCommand(...node('console.error("no"); console.log("yes")'))).toBe('yes\n');
});

test('what fails says its code and what it wrote', async () => {
  await expect(runCommand(...node('console.error("the reason"); process.exit(3)'))).rejects.toThrow(
    /expected exit code 0, got 3: the reason/,
  );
  await expect(runCommand('no-such-command-anywhere', [])).rejects.toThrow('ENOENT');
});

const forever =
  'require("node:child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], {stdio: "inherit"}); setInterval(() => {}, 1000)';

test('the signal ends it, and what it started', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  const running = runCommand(...node(forever), { signal: controller.signal });
  setTimeout(() => controller.abort(reason), 300);
  // Its output is closed when the last process that holds it has ended.
  await expect(running).rejects.toBe(reason);
  await expect(runCommand(...node(''), { signal: controller.signal })).rejects.toBe(reason);
});

test('it is ended when it takes too long', async () => {
  await expect(runCommand(...node(forever), { milliseconds: 300 })).rejects.toThrow(/within 0\.3 s/);
});
