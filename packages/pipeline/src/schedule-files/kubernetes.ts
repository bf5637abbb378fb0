import { stringify } from 'yaml';
import { argumentsOf, type PlatformSchedule } from './index.ts';

const header = ({
  pipeline,
}: PlatformSchedule) => `# Retrains ${pipeline}, one job a slot. Before you apply it:
# - image: your checkout with its node_modules, such as one made from node:22-bookworm with npm ci
# - the secret trainyard with the key database-url: postgres://…, a database that all jobs share
# - the config map trainyard with the key artifacts: s3://bucket/prefix, or mount a shared folder and name that
# A job that is killed, or whose node goes away, is started again and goes on where the run was.
`;

/** A CronJob of batch/v1. */
export function kubernetesCronJob(schedule: PlatformSchedule): Record<string, string> {
  const { pipeline, cron, timeZone } = schedule;
  const name = `${pipeline}-retrain`;
  const [command, ...args] = argumentsOf(schedule);
  const job = {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name, labels: { app: 'trainyard', pipeline } },
    spec: {
      schedule: cron,
      timeZone,
      // A slot that comes while the last one is at work is left out.
      concurrencyPolicy: 'Forbid',
      // One that was missed, as in an outage of the cluster, is caught up within a day.
      startingDeadlineSeconds: 86_400,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 3,
      jobTemplate: {
        spec: {
          backoffLimit: 3,
          ttlSecondsAfterFinished: 7 * 86_400,
          template: {
            metadata: { labels: { app: 'trainyard', pipeline } },
            spec: {
              restartPolicy: 'Never',
              // Enough to write a checkpoint and to put the work back.
              terminationGracePeriodSeconds: 60,
              containers: [
                {
                  name: 'retrain',
                  image: 'registry.example.com/trainyard:latest',
                  command: [command],
                  args,
                  env: [
                    { name: 'CI', value: 'true' },
                    { name: 'NX_DAEMON', value: 'false' },
                    {
                      name: 'TRAINYARD_DATABASE_URL',
                      valueFrom: { secretKeyRef: { name: 'trainyard', key: 'database-url' } },
                    },
                    {
                      name: 'TRAINYARD_ARTIFACTS',
                      valueFrom: { configMapKeyRef: { name: 'trainyard', key: 'artifacts' } },
                    },
                  ],
                  resources: { requests: { cpu: '2', memory: '2Gi' }, limits: { memory: '4Gi' } },
                },
              ],
            },
          },
        },
      },
    },
  };
  return { [`${name}.cronjob.yaml`]: header(schedule) + stringify(job) };
}
