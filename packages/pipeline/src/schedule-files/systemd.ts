import { delimiter, dirname } from 'node:path';
import { argumentsOf, type PlatformSchedule } from './index.ts';
import { onCalendar } from './on-calendar.ts';

/** Where the units are to run. */
export interface SystemdPlace {
  /** The root of the workspace; the current folder unless given. */
  readonly folder?: string;
  /** The path of node; that of this process unless given. */
  readonly node?: string;
}

/** A service and its timer. */
export function systemdUnits(
  schedule: PlatformSchedule,
  { folder = process.cwd(), node = process.execPath }: SystemdPlace = {},
): Record<string, string> {
  const { pipeline, cron, timeZone } = schedule;
  const name = `${pipeline}-retrain`;
  const path = [dirname(node), '/usr/local/bin', '/usr/bin', '/bin'];
  return {
    [`${name}.service`]: `# Retrains ${pipeline} as the user whose checkout this is. Copy this file and ${name}.timer to
# ~/.config/systemd/user/, and start the timer, also for when nobody is logged in:
#   systemctl --user daemon-reload && systemctl --user enable --now ${name}.timer && loginctl enable-linger
#   systemctl --user list-timers; journalctl --user -u ${name}; systemctl --user start ${name}
# As units of the system, in /etc/systemd/system/, they need a line User= under [Service].
[Unit]
Description=Retrain ${pipeline}

[Service]
Type=oneshot
WorkingDirectory=${plain(folder)}
# Node as it was when this file was made; systemd reads no profile of a shell.
Environment="PATH=${quoted([...new Set(path)].join(delimiter))}"
Environment=NX_DAEMON=false
# A file of lines such as TRAINYARD_DATABASE_URL=postgres://… and TRAINYARD_ARTIFACTS=s3://…, for chmod 600. Without it,
# the embedded store of the checkout is used.
EnvironmentFile=-%E/trainyard/${pipeline}.env
# Not npx, which ends at a signal without telling Nx.
ExecStart=/usr/bin/env ${argumentsOf(schedule).join(' ')}
# A stop lets the work write its checkpoint, which is no failure; whichever command or worker is next goes on from there.
KillMode=mixed
KillSignal=SIGTERM
TimeoutStopSec=120
SuccessExitStatus=130
Nice=10
`,
    [`${name}.timer`]: `[Unit]
Description=When ${pipeline} is retrained: ${cron} (${timeZone})

[Timer]
${onCalendar(cron, timeZone)
  .map((line) => `OnCalendar=${line}`)
  .join('\n')}
${isUtc(timeZone) ? '' : '# A time in the hour that clocks leave out in spring is left out on that day.\n'}\
# A slot that was missed while the machine was off is caught up, once.
Persistent=true
AccuracySec=1s

[Install]
WantedBy=timers.target
`,
  };
}

const isUtc = (timeZone: string): boolean => /^(Etc\/)?(UTC|GMT|UCT|Zulu)$/i.test(timeZone);

/** `%` begins a specifier of systemd.unit(5). */
const plain = (text: string): string => text.replaceAll('%', '%%');

const quoted = (text: string): string => plain(text).replace(/["\\]/g, '\\$&');
