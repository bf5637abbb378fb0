import { stringify } from 'yaml';
import { CommandError } from '../errors.ts';
import { cronFields } from './cron-fields.ts';
import { commandOf, type PlatformSchedule } from './index.ts';
import { plainCron } from './plain-cron.ts';

const header = ({ pipeline }: PlatformSchedule) => `# Retrains ${pipeline} on GitHub's machines.
# They forget everything when a job ends, so what lasts is elsewhere: the job ends with an error, instead of training for
# nothing, until the repository has (Settings, Secrets and variables, Actions)
# - the secret TRAINYARD_DATABASE_URL: postgres://…, a database that GitHub's machines can reach
# - the variable TRAINYARD_ARTIFACTS: s3://bucket/prefix; with @aws-sdk/client-s3 in package.json, the secrets
#   AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, the variable AWS_REGION and, for another service, AWS_ENDPOINT_URL_S3
# A cache of Actions is no place for a store: entries never change, and go after a week.
# GitHub starts jobs late, or leaves slots out, when it is busy, mostly at full hours; runs schedules of the default
# branch alone; and ends those of a public repository after 60 days without activity. What a job leaves undone when it is
# cancelled or out of time is gone on with by the next one.
`;

const required = ['TRAINYARD_DATABASE_URL', 'TRAINYARD_ARTIFACTS'];

/** A workflow of GitHub Actions. @throws CommandError at times that GitHub has not: less than 5 minutes apart */
export function githubWorkflow(schedule: PlatformSchedule): Record<string, string> {
  const { pipeline, cron, timeZone } = schedule;
  checkInterval(cron);
  const name = `${pipeline}-retrain`;
  const secret = (key: string) => ({ [key]: `\${{ secrets.${key} }}` });
  const variable = (key: string) => ({ [key]: `\${{ vars.${key} }}` });
  const bundle = `${name}-bundle`;
  const workflow = {
    name: `Retrain ${pipeline}`,
    on: { schedule: [{ cron: plainCron(cron), timezone: timeZone }], workflow_dispatch: {} },
    // The next slot waits for the one at work.
    concurrency: { group: name, 'cancel-in-progress': false },
    permissions: { contents: 'read' },
    jobs: {
      retrain: {
        'runs-on': 'ubuntu-latest',
        'timeout-minutes': 350,
        env: {
          ...secret('TRAINYARD_DATABASE_URL'),
          ...variable('TRAINYARD_ARTIFACTS'),
          ...secret('AWS_ACCESS_KEY_ID'),
          ...secret('AWS_SECRET_ACCESS_KEY'),
          ...variable('AWS_REGION'),
          ...variable('AWS_ENDPOINT_URL_S3'),
          NX_DAEMON: 'false',
        },
        steps: [
          {
            name: 'A store that lasts',
            run: required
              .map((key) => `test -n "$${key}" || { echo "::error::${key} is not set"; exit 1; }\n`)
              .join(''),
          },
          { uses: 'actions/checkout@v6' },
          { uses: 'actions/setup-node@v6', with: { 'node-version': 22, cache: 'npm' } },
          { run: 'npm ci' },
          { name: `Retrain ${pipeline}`, run: commandOf(schedule) },
          {
            name: 'The bundle of the champion',
            // There is none before the first model was approved.
            'continue-on-error': true,
            run: `npx nx run ${pipeline}:models -- --deploy "$RUNNER_TEMP/${bundle}"`,
          },
          {
            uses: 'actions/upload-artifact@v6',
            with: { name: bundle, path: `\${{ runner.temp }}/${bundle}`, 'if-no-files-found': 'ignore' },
          },
        ],
      },
    },
  };
  return {
    [`.github/workflows/${name}.yml`]: header(schedule) + stringify(workflow, { lineWidth: 0 }),
  };
}

/** Minutes of the hour, and round to the next one, where hours follow each other. */
function checkInterval(cron: string): void {
  const { minute = [0, 1], hour } = cronFields(cron);
  const hours = hour ?? [0, 1];
  const follows = hours.some((at) => hours.includes((at + 1) % 24));
  const round = follows ? [...minute, minute[0]! + 60] : minute;
  if (round.every((at, i) => i === 0 || at - round[i - 1]! >= 5)) return;
  throw new CommandError('schedule --file github', 'times at least 5 minutes apart', JSON.stringify(cron));
}
