import { stringify } from 'yaml';
import { CommandError } from '../errors.ts';
import { commandOf, type PlatformSchedule } from './index.ts';

const header = ({ pipeline }: PlatformSchedule) => `# Retrains ${pipeline} on GitHub's machines.
# They forget everything when a job ends, and so would the embedded store: give the repository the secret
# TRAINYARD_DATABASE_URL (postgres://…) and the variable TRAINYARD_ARTIFACTS (s3://bucket/prefix), and for S3 the secrets
# AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. Without a database the job ends with an error instead of training for nothing.
# GitHub may start a job some minutes late, and leaves slots out when it is busy.
`;

/** A workflow of GitHub Actions. @throws CommandError at a time zone: GitHub has UTC alone */
export function githubWorkflow(schedule: PlatformSchedule): Record<string, string> {
  const { pipeline, cron, timeZone } = schedule;
  if (!/^(Etc\/)?(UTC|GMT|Zulu)$/i.test(timeZone))
    throw new CommandError(
      'schedule --file github',
      'times in UTC, which is all that GitHub knows',
      timeZone,
      'give them in UTC, or use a worker: `schedule` without --file',
    );
  const name = `${pipeline}-retrain`;
  const secret = (key: string) => `\${{ secrets.${key} }}`;
  const workflow = {
    name: `Retrain ${pipeline}`,
    on: { schedule: [{ cron }], workflow_dispatch: {} },
    // The next slot waits for the one at work.
    concurrency: { group: name, 'cancel-in-progress': false },
    permissions: { contents: 'read' },
    jobs: {
      retrain: {
        'runs-on': 'ubuntu-latest',
        'timeout-minutes': 350,
        env: {
          TRAINYARD_DATABASE_URL: secret('TRAINYARD_DATABASE_URL'),
          TRAINYARD_ARTIFACTS: `\${{ vars.TRAINYARD_ARTIFACTS }}`,
          AWS_ACCESS_KEY_ID: secret('AWS_ACCESS_KEY_ID'),
          AWS_SECRET_ACCESS_KEY: secret('AWS_SECRET_ACCESS_KEY'),
          AWS_REGION: `\${{ vars.AWS_REGION }}`,
          NX_DAEMON: 'false',
        },
        steps: [
          {
            name: 'A database that remembers',
            run: 'test -n "$TRAINYARD_DATABASE_URL" || { echo "set the secret TRAINYARD_DATABASE_URL"; exit 1; }',
          },
          { uses: 'actions/checkout@v4' },
          { uses: 'actions/setup-node@v4', with: { 'node-version': 22, cache: 'npm' } },
          { run: 'npm ci' },
          { run: commandOf(schedule) },
        ],
      },
    },
  };
  return { [`.github/workflows/${name}.yml`]: header(schedule) + stringify(workflow) };
}
