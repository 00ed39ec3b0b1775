import { dirname } from 'node:path';
import type { MtradeConfig } from '@mtrade/config';

/** What of the configuration the unit depends on. */
export type UnitConfig = Pick<MtradeConfig, 'mode'> & {
  readonly control: Pick<MtradeConfig['control'], 'listen'>;
  readonly alerts: Pick<MtradeConfig['alerts'], 'webhookUrl' | 'telegramChatId'>;
};

export interface UnitOptions {
  /** A service of one user, run by that user's own systemd. */
  readonly isUser: boolean;
  readonly node: string;
  readonly script: string;
  /** Null: the built-in defaults. */
  readonly configFile: string | null;
  readonly config: UnitConfig;
}

/** systemd's quoting for one word of a command line; `%` and `$` have meanings of their own there. */
const word = (text: string): string => {
  const escaped = text.replaceAll('%', '%%').replaceAll('$', '$$$$');
  return /^[\w@%+=:,./$-]+$/.test(escaped)
    ? escaped
    : `"${escaped.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
};

const IN_HOME = `# yes would hide this installation, which lies in a home directory. The service's own user must be able to pass
# through it, too (chmod o+x on each directory above); an installation in /opt needs neither.
ProtectHome=read-only`;

/** A home directory hides behind ProtectHome; an installation that lies in one needs it readable. */
function homeProtection({ node, script, configFile }: UnitOptions): string {
  const paths = [node, dirname(dirname(script)), configFile ?? ''];
  return paths.some((path) => /^\/(?:home|root|run\/user)\//.test(path)) ? IN_HOME : 'ProtectHome=yes';
}

/** Secrets that this configuration needs are loaded, the others shown as comments. */
function credentials({ isUser, config: { mode, alerts } }: UnitOptions): string {
  const directory = isUser ? '%h/.config/mtrade' : '/etc/mtrade';
  const line = (name: string, isNeeded: boolean): string =>
    `${isNeeded ? '' : '#'}LoadCredential=mtrade-${name}:${directory}/${name}`;
  const net = mode === 'testnet' ? 'testnet-' : '';
  return [
    line(`${net}api-key`, mode !== 'paper'),
    line(`${net}api-secret`, mode !== 'paper'),
    line('alert-webhook-secret', alerts.webhookUrl !== null),
    line('alert-telegram-token', alerts.telegramChatId !== null),
  ].join('\n');
}

/** The engine's one door. Paper mode's embedded exchange takes any free port, so there nothing can be forbidden. */
function openPorts({ config: { mode, control } }: UnitOptions): string {
  const { host, port } = control.listen;
  if (mode === 'paper' || port === 0) return '';
  // A name may be either.
  const family = host.includes(':') ? 'ipv6:' : host === 'localhost' ? '' : 'ipv4:';
  return `SocketBindDeny=any\nSocketBindAllow=${family}tcp:${port}\n`;
}

/** What the manager of one user may not set up, or what would hide that user's own files. */
const systemOnly = (options: UnitOptions): string => `
DynamicUser=yes
StateDirectory=mtrade
StateDirectoryMode=0700
LogsDirectory=mtrade
LogsDirectoryMode=0700
RuntimeDirectory=mtrade
RuntimeDirectoryMode=0700
ConfigurationDirectory=mtrade
Environment=MTRADE_RUNTIME_DIR=%t/mtrade

CapabilityBoundingSet=
ProtectSystem=strict
${homeProtection(options)}
PrivateTmp=yes
PrivateDevices=yes
PrivateIPC=yes
PrivateUsers=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
RemoveIPC=yes
${openPorts(options)}OOMScoreAdjust=-200
`;

/** The service unit, hardened: the engine needs its state directory, the network and nothing else. */
export function systemdUnit(options: UnitOptions): string {
  const { isUser, node, script, configFile } = options;
  const command = [node, script, 'start', ...(configFile === null ? [] : ['--config', configFile])]
    .map(word)
    .join(' ');
  return `[Unit]
Description=mtrade trading engine
${isUser ? '' : 'Wants=network-online.target\nAfter=network-online.target time-sync.target\n'}# Many more starts than an exchange that is out of reach takes (one in ten seconds, without end), and fewer than an
# engine takes that fails at once: that one is given up after some minutes.
StartLimitIntervalSec=600
StartLimitBurst=70

[Service]
# Ready when the engine can trade: books open, prices flowing, account readable.
Type=notify
# Node cannot send such messages by itself: systemd-notify does it, as a child of the engine.
NotifyAccess=all
ExecStart=${command}
Environment=NODE_ENV=production NODE_OPTIONS=--disable-proto=delete
# A sign of life is given only while both workers' hearts beat and the supervisor gets to look.
WatchdogSec=30
# Prolonged by the engine itself while it waits for an exchange that is out of reach.
TimeoutStartSec=180s
# Above the 30 s for which orders in flight are followed, and the ends of the threads after it.
TimeoutStopSec=45s
KillMode=mixed
# Not "always": what was stopped by mtrade stop stays stopped.
Restart=on-failure
RestartSec=5s
# 2 usage, 75 another instance runs, 77 permission, 78 bad configuration or secret: a restart mends none of them.
RestartPreventExitStatus=2 75 77 78

# Secrets, read by systemd and shown to this service alone; each file mode 0600. Those without # are needed.
${credentials(options)}
${isUser ? '' : systemOnly(options)}
UMask=0077
LimitCORE=0
NoNewPrivileges=yes
LockPersonality=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
# The two threads that work on an order are given different processors on a virtual machine.
SystemCallFilter=sched_setaffinity
SystemCallErrorNumber=EPERM
# MemoryDenyWriteExecute cannot be set: the JavaScript engine compiles at run time. ProcSubset=pid would hide the
# identity of this boot, by which a lock of the last one is known.
MemoryHigh=512M
MemoryMax=768M
MemorySwapMax=0
TasksMax=128

[Install]
WantedBy=${isUser ? 'default' : 'multi-user'}.target
`;
}
