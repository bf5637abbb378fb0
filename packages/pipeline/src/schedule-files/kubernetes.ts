import { stringify } from 'yaml';
import { CommandError } from '../errors.ts';
import { argumentsOf, type PlatformSchedule } from './index.ts';
import { plainCron } from './plain-cron.ts';

/** Kubernetes adds 11 characters for each job, of 63 in all. */
const longestName = 52;

const header = ({
  pipeline,
  mode,
}: PlatformSchedule) => `# Retrains ${pipeline}, one job a slot. Before you apply it:
# - image: your checkout with its node_modules, which is the folder that commands run in. Such as
#     FROM node:22-bookworm-slim
#     WORKDIR /trainyard
#     COPY . .
#     RUN npm ci
#   and, for artifacts in S3, npm install @aws-sdk/client-s3. The pictures must be in it too, or on a volume.
# - a secret and a config map, whose keys become variables: a database that all jobs share, and a place for artifacts,
#   s3://bucket/prefix or the path of a volume that all jobs mount. For S3 also AWS_ACCESS_KEY_ID and so on.
#     kubectl create secret generic trainyard --from-literal=TRAINYARD_DATABASE_URL=postgres://…
#     kubectl create configmap trainyard --from-literal=TRAINYARD_ARTIFACTS=s3://…
# To try it: kubectl create job --from=cronjob/${pipeline}-retrain ${pipeline}-retrain-by-hand
# What a job leaves undone when its pod is ended ${
  mode === 'always'
    ? `is gone on with by the next slot's, or by any worker (nx run ${pipeline}:worker).
# It is not started again by itself, since that would ask for a second training beside the first.`
    : `is gone on with by its next try.`
}
# Kubernetes leaves out a time in the hour that clocks leave out in spring.
`;

/** A CronJob of batch/v1. @throws CommandError at a pipeline's name that is too long for it */
export function kubernetesCronJob(schedule: PlatformSchedule): Record<string, string> {
  const { pipeline, cron, timeZone, mode } = schedule;
  const name = `${pipeline}-retrain`;
  if (name.length > longestName)
    throw new CommandError(
      'schedule --file kubernetes',
      `a name of at most ${longestName} characters, with -retrain`,
      name,
    );
  const labels = { 'app.kubernetes.io/name': 'trainyard', 'app.kubernetes.io/instance': pipeline };
  const job = {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name, labels },
    spec: {
      schedule: plainCron(cron),
      timeZone,
      // A slot that comes while the last one is at work waits for it; of several that wait, the last one is started.
      concurrencyPolicy: 'Forbid',
      // The last one that was missed, as in an outage of the cluster, is caught up within a day.
      startingDeadlineSeconds: 86_400,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 3,
      jobTemplate: {
        spec: {
          backoffLimit: mode === 'always' ? 0 : 3,
          ttlSecondsAfterFinished: 7 * 86_400,
          template: {
            metadata: { labels },
            spec: {
              restartPolicy: 'Never',
              // Enough to write a checkpoint and to put the work back.
              terminationGracePeriodSeconds: 120,
              containers: [
                {
                  name: 'retrain',
                  image: 'registry.example.com/trainyard:latest',
                  // Not npx, which ends at a signal without telling Nx.
                  command: argumentsOf(schedule),
                  env: [
                    { name: 'CI', value: 'true' },
                    { name: 'NX_DAEMON', value: 'false' },
                    // By name: without them a pod does not start, rather than use a store that goes with it.
                    {
                      name: 'TRAINYARD_DATABASE_URL',
                      valueFrom: { secretKeyRef: { name: 'trainyard', key: 'TRAINYARD_DATABASE_URL' } },
                    },
                    {
                      name: 'TRAINYARD_ARTIFACTS',
                      valueFrom: { configMapKeyRef: { name: 'trainyard', key: 'TRAINYARD_ARTIFACTS' } },
                    },
                  ],
                  envFrom: [{ configMapRef: { name: 'trainyard' } }, { secretRef: { name: 'trainyard' } }],
                  resources: { requests: { cpu: '2', memory: '2Gi' }, limits: { memory: '4Gi' } },
                },
              ],
            },
          },
        },
      },
    },
  };
  return {
    [`${name}.cronjob.yaml`]:
      header(schedule) + stringify(job, { lineWidth: 0, aliasDuplicateObjects: false }),
  };
}
