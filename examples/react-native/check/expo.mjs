import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** The folder of the app. */
export const app = fileURLToPath(new URL('..', import.meta.url));

/** Runs the command of Expo that the app has, offline; what it prints is shown where it fails. */
export function expo(args, cwd = app) {
  const cli = createRequire(import.meta.url).resolve('expo/bin/cli');
  const env = { ...process.env, CI: '1', EXPO_OFFLINE: '1', EXPO_NO_TELEMETRY: '1' };
  try {
    execFileSync(process.execPath, [cli, ...args], { cwd, env, stdio: 'pipe' });
  } catch (error) {
    process.stderr.write(`${error.stdout ?? ''}${error.stderr ?? ''}`);
    throw new Error(`expo ${args.join(' ')} failed`, { cause: error });
  }
}
