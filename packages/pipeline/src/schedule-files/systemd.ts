import { commandOf, type PlatformSchedule } from './index.ts';
import { onCalendar } from './on-calendar.ts';

/** A service and its timer. */
export function systemdUnits(schedule: PlatformSchedule): Record<string, string> {
  const { pipeline, cron, timeZone } = schedule;
  const name = `${pipeline}-retrain`;
  return {
    [`${name}.service`]: `# Copy both files to ~/.config/systemd/user/ (or /etc/systemd/system/), set the folder of your checkout, and
# systemctl --user enable --now ${name}.timer
[Unit]
Description=Retrain ${pipeline}
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
WorkingDirectory=%h/trainyard
ExecStart=/usr/bin/env ${commandOf(schedule)}
Environment=NX_DAEMON=false
# TRAINYARD_DATABASE_URL and TRAINYARD_ARTIFACTS, where workers of several machines share them.
EnvironmentFile=-%h/.config/trainyard.env
# A stop lets the work write a checkpoint; the next start goes on from there.
KillSignal=SIGTERM
KillMode=mixed
TimeoutStopSec=60
Nice=10
`,
    [`${name}.timer`]: `[Unit]
Description=When ${pipeline} is retrained: ${cron} (${timeZone})

[Timer]
${onCalendar(cron, timeZone)
  .map((line) => `OnCalendar=${line}`)
  .join('\n')}
# A slot that was missed while the machine was off is caught up, once.
Persistent=true
AccuracySec=1s

[Install]
WantedBy=timers.target
`,
  };
}
