import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { githubWorkflow } from './github.ts';
import { writePlatformFile } from './index.ts';
import { kubernetesCronJob } from './kubernetes.ts';
import { onCalendar } from './on-calendar.ts';
import { plainCron } from './plain-cron.ts';
import { systemdUnits } from './systemd.ts';

const nightly = { pipeline: 'digits', cron: '0 3 * * *', timeZone: 'Europe/Berlin', mode: 'needed' } as const;

test('a CronJob of Kubernetes', () => {
  const files = kubernetesCronJob(nightly);
  expect(Object.keys(files)).toEqual(['digits-retrain.cronjob.yaml']);
  expect(files['digits-retrain.cronjob.yaml']).toMatchInlineSnapshot(`
    "# Retrains digits, one job a slot. Before you apply it:
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
    # To try it: kubectl create job --from=cronjob/digits-retrain digits-retrain-by-hand
    # What a job leaves undone when its pod is ended is gone on with by its next try.
    # Kubernetes leaves out a time in the hour that clocks leave out in spring.
    apiVersion: batch/v1
    kind: CronJob
    metadata:
      name: digits-retrain
      labels:
        app.kubernetes.io/name: trainyard
        app.kubernetes.io/instance: digits
    spec:
      schedule: 0 3 * * *
      timeZone: Europe/Berlin
      concurrencyPolicy: Forbid
      startingDeadlineSeconds: 86400
      successfulJobsHistoryLimit: 3
      failedJobsHistoryLimit: 3
      jobTemplate:
        spec:
          backoffLimit: 3
          ttlSecondsAfterFinished: 604800
          template:
            metadata:
              labels:
                app.kubernetes.io/name: trainyard
                app.kubernetes.io/instance: digits
            spec:
              restartPolicy: Never
              terminationGracePeriodSeconds: 120
              containers:
                - name: retrain
                  image: registry.example.com/trainyard:latest
                  command:
                    - node_modules/.bin/nx
                    - run
                    - digits:check
                  env:
                    - name: CI
                      value: "true"
                    - name: NX_DAEMON
                      value: "false"
                    - name: TRAINYARD_DATABASE_URL
                      valueFrom:
                        secretKeyRef:
                          name: trainyard
                          key: TRAINYARD_DATABASE_URL
                    - name: TRAINYARD_ARTIFACTS
                      valueFrom:
                        configMapKeyRef:
                          name: trainyard
                          key: TRAINYARD_ARTIFACTS
                  envFrom:
                    - configMapRef:
                        name: trainyard
                    - secretRef:
                        name: trainyard
                  resources:
                    requests:
                      cpu: "2"
                      memory: 2Gi
                    limits:
                      memory: 4Gi
    "
  `);
  const { spec } = parse(files['digits-retrain.cronjob.yaml']!);
  expect(spec.jobTemplate.spec.backoffLimit).toBe(3);
});

test('a pod that trains in any case is not tried again: that would be a second training', () => {
  const [file] = Object.values(kubernetesCronJob({ ...nightly, mode: 'always', cron: '0 3 * * 7' }));
  const { spec } = parse(file!);
  expect(spec.schedule).toBe('0 3 * * 0');
  expect(spec.jobTemplate.spec.backoffLimit).toBe(0);
  const [container] = spec.jobTemplate.spec.template.spec.containers;
  expect(container.command).toEqual(['node_modules/.bin/nx', 'run', 'digits:retrain']);
  expect(() => kubernetesCronJob({ ...nightly, pipeline: 'p'.repeat(45) })).toThrow(/at most 52 characters/);
});

test('a workflow of GitHub', () => {
  const files = githubWorkflow(nightly);
  expect(Object.keys(files)).toEqual(['.github/workflows/digits-retrain.yml']);
  expect(files['.github/workflows/digits-retrain.yml']).toMatchInlineSnapshot(`
    "# Retrains digits on GitHub's machines.
    # They forget everything when a job ends, so what lasts is elsewhere: the job ends with an error, instead of training for
    # nothing, until the repository has (Settings, Secrets and variables, Actions)
    # - the secret TRAINYARD_DATABASE_URL: postgres://…, a database that GitHub's machines can reach
    # - the variable TRAINYARD_ARTIFACTS: s3://bucket/prefix; with @aws-sdk/client-s3 in package.json, the secrets
    #   AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, the variable AWS_REGION and, for another service, AWS_ENDPOINT_URL_S3
    # A cache of Actions is no place for a store: entries never change, and go after a week.
    # GitHub starts jobs late, or leaves slots out, when it is busy, mostly at full hours; runs schedules of the default
    # branch alone; and ends those of a public repository after 60 days without activity. What a job leaves undone when it is
    # cancelled or out of time is gone on with by the next one.
    name: Retrain digits
    on:
      schedule:
        - cron: 0 3 * * *
          timezone: Europe/Berlin
      workflow_dispatch: {}
    concurrency:
      group: digits-retrain
      cancel-in-progress: false
    permissions:
      contents: read
    jobs:
      retrain:
        runs-on: ubuntu-latest
        timeout-minutes: 350
        env:
          TRAINYARD_DATABASE_URL: \${{ secrets.TRAINYARD_DATABASE_URL }}
          TRAINYARD_ARTIFACTS: \${{ vars.TRAINYARD_ARTIFACTS }}
          AWS_ACCESS_KEY_ID: \${{ secrets.AWS_ACCESS_KEY_ID }}
          AWS_SECRET_ACCESS_KEY: \${{ secrets.AWS_SECRET_ACCESS_KEY }}
          AWS_REGION: \${{ vars.AWS_REGION }}
          AWS_ENDPOINT_URL_S3: \${{ vars.AWS_ENDPOINT_URL_S3 }}
          NX_DAEMON: "false"
        steps:
          - name: A store that lasts
            run: |
              test -n "$TRAINYARD_DATABASE_URL" || { echo "::error::TRAINYARD_DATABASE_URL is not set"; exit 1; }
              test -n "$TRAINYARD_ARTIFACTS" || { echo "::error::TRAINYARD_ARTIFACTS is not set"; exit 1; }
          - uses: actions/checkout@v6
          - uses: actions/setup-node@v6
            with:
              node-version: 22
              cache: npm
          - run: npm ci
          - name: Retrain digits
            run: npx nx run digits:check
          - name: The bundle of the champion
            continue-on-error: true
            run: npx nx run digits:models -- --deploy "$RUNNER_TEMP/digits-retrain-bundle"
          - uses: actions/upload-artifact@v6
            with:
              name: digits-retrain-bundle
              path: \${{ runner.temp }}/digits-retrain-bundle
              if-no-files-found: ignore
    "
  `);
});

test('GitHub starts nothing more often than each 5 minutes', () => {
  for (const cron of ['* * * * *', '*/4 * * * *', '0,58 * * * *', '58,1 2,3 * * *', '0,4 3 * * *'])
    expect(() => githubWorkflow({ ...nightly, cron }), cron).toThrow(/at least 5 minutes apart/);
  for (const cron of ['*/5 * * * *', '0,55 3 * * *', '57,2 3,5 * * *'])
    expect(() => githubWorkflow({ ...nightly, cron }), cron).not.toThrow();
});

test('a service and a timer of systemd', () => {
  const units = systemdUnits(nightly, { folder: '/home/me/my models', node: '/opt/node/bin/node' });
  expect(Object.keys(units)).toEqual(['digits-retrain.service', 'digits-retrain.timer']);
  expect(units['digits-retrain.service']).toMatchInlineSnapshot(`
    "# Retrains digits as the user whose checkout this is. Copy this file and digits-retrain.timer to
    # ~/.config/systemd/user/, and start the timer, also for when nobody is logged in:
    #   systemctl --user daemon-reload && systemctl --user enable --now digits-retrain.timer && loginctl enable-linger
    #   systemctl --user list-timers; journalctl --user -u digits-retrain; systemctl --user start digits-retrain
    # As units of the system, in /etc/systemd/system/, they need a line User= under [Service].
    [Unit]
    Description=Retrain digits

    [Service]
    Type=oneshot
    WorkingDirectory=/home/me/my models
    # Node as it was when this file was made; systemd reads no profile of a shell.
    Environment="PATH=/opt/node/bin:/usr/local/bin:/usr/bin:/bin"
    Environment=NX_DAEMON=false
    # A file of lines such as TRAINYARD_DATABASE_URL=postgres://… and TRAINYARD_ARTIFACTS=s3://…, for chmod 600. Without it,
    # the embedded store of the checkout is used.
    EnvironmentFile=-%E/trainyard/digits.env
    # Not npx, which ends at a signal without telling Nx.
    ExecStart=/usr/bin/env node_modules/.bin/nx run digits:check
    # A stop lets the work write its checkpoint, which is no failure; whichever command or worker is next goes on from there.
    KillMode=mixed
    KillSignal=SIGTERM
    TimeoutStopSec=120
    SuccessExitStatus=130
    Nice=10
    "
  `);
  expect(units['digits-retrain.timer']).toMatchInlineSnapshot(`
    "[Unit]
    Description=When digits is retrained: 0 3 * * * (Europe/Berlin)

    [Timer]
    OnCalendar=*-*-* 03:00:00 Europe/Berlin
    # A time in the hour that clocks leave out in spring is left out on that day.
    # A slot that was missed while the machine was off is caught up, once.
    Persistent=true
    AccuracySec=1s

    [Install]
    WantedBy=timers.target
    "
  `);
  const odd = systemdUnits(nightly, { folder: '/100%', node: '/a "b"/node' })['digits-retrain.service'];
  expect(odd).toContain('WorkingDirectory=/100%%\n');
  expect(odd).toContain('"PATH=/a \\"b\\":');
});

test('cron as calendar events', () => {
  expect(onCalendar('0 3 * * *', 'Europe/Berlin')).toEqual(['*-*-* 03:00:00 Europe/Berlin']);
  expect(onCalendar('*/20 1-3 * jan-mar mon,fri', 'UTC')).toEqual([
    'Mon,Fri *-01,02,03-* 01,02,03:00,20,40:00 UTC',
  ]);
  expect(onCalendar('0 3 * * 5-7', 'UTC')).toEqual(['Sun,Fri,Sat *-*-* 03:00:00 UTC']);
  // Cron takes either day.
  expect(onCalendar('30 4 1,15 * 7', 'UTC')).toEqual(['*-*-01,15 04:30:00 UTC', 'Sun *-*-* 04:30:00 UTC']);
  for (const bad of [
    '0 3 * *',
    '60 3 * * *',
    '0 3 0 * *',
    '0 3 * * 8',
    '5-1 * * * *',
    '*/0 * * * *',
    'a * * * *',
    '0 3 L * *',
    '0 3 * * 5#2',
  ])
    expect(() => onCalendar(bad, 'UTC'), bad).toThrow(/^schedule.*expected/);
});

test('cron in the words that all platforms share', () => {
  const plain = {
    '0 3 * * *': '0 3 * * *',
    '*/15 */6 * jan-mar,dec mon': '*/15 */6 * 1-3,12 1',
    '5/20 3 */10 * ?': '5,25,45 3 1,11,21,31 * *',
    '0 3 * * 5-7': '0 3 * * 0,5,6',
    // Each of these is any day, since either day will do.
    '0 3 */1 * 1': '0 3 * * *',
    '0 3 13 * 0-6': '0 3 * * *',
  };
  for (const [cron, expected] of Object.entries(plain)) expect(plainCron(cron), cron).toBe(expected);
});

test('all files of a platform are written, or none', async () => {
  const out = await mkdtemp(join(tmpdir(), 'schedule-files-'));
  try {
    await writeFile(join(out, 'digits-retrain.timer'), 'mine');
    await expect(writePlatformFile('systemd', nightly, out)).rejects.toThrow(/expected no file yet/);
    expect(await readdir(out)).toEqual(['digits-retrain.timer']);
    expect(await readFile(join(out, 'digits-retrain.timer'), 'utf8')).toBe('mine');
    const [path] = await writePlatformFile('github', nightly, out);
    expect(path).toMatch(/\.github.workflows.digits-retrain\.yml$/);
    expect(await readdir(join(out, '.github', 'workflows'))).toEqual(['digits-retrain.yml']);
    await expect(writePlatformFile('github', { ...nightly, cron: '' }, out)).rejects.toThrow(/the times/);
  } finally {
    await rm(out, { recursive: true });
  }
});
