import type { Command } from 'commander';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Cli } from '../cli.js';
import { configOption } from '../load-config.js';

/** systemd's quoting for one word of a command line; `%` and `$` have meanings of their own there. */
const word = (text: string): string => {
  const escaped = text.replaceAll('%', '%%').replaceAll('$', '$$$$');
  return /^[\w@%+=:,./$-]+$/.test(escaped)
    ? escaped
    : `"${escaped.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
};

export interface UnitOptions {
  readonly node: string;
  readonly script: string;
  /** Null: /etc/mtrade/mtrade.toml or the built-in defaults. */
  readonly config: string | null;
}

const IN_HOME = `# yes would hide this installation, which lies in a home directory. The service's own user must be able to pass
# through it, too (chmod o+x on each directory above); an installation in /opt needs neither.
ProtectHome=read-only`;

/** The service unit, hardened: the engine needs its state directory, the network and nothing else. */
export function systemdUnit({ node, script, config }: UnitOptions): string {
  const command = [node, script, 'start', ...(config === null ? [] : ['--config', config])]
    .map(word)
    .join(' ');
  const install = dirname(dirname(script));
  // A home directory hides behind ProtectHome; an installation that lies in one needs it readable.
  const homes = [node, install, config ?? ''].some((path) => /^\/(?:home|root|run\/user)\//.test(path));
  return `# Written by mtrade systemd. Save as /etc/systemd/system/mtrade.service, then:
#   systemctl daemon-reload && systemctl enable --now mtrade
[Unit]
Description=mtrade trading engine
Wants=network-online.target
After=network-online.target time-sync.target
StartLimitIntervalSec=600
StartLimitBurst=20

[Service]
Type=exec
ExecStart=${command}
Environment=NODE_ENV=production
Restart=always
RestartSec=2s
# 2 usage, 75 another instance runs, 77 permission, 78 bad configuration or secret: a restart mends none of them.
RestartPreventExitStatus=2 75 77 78
# Above the 30 s for which orders in flight are followed, and the ends of the threads after it.
TimeoutStopSec=45s
KillMode=mixed

# Keys of the account, readable by the service alone; remove the comment signs for testnet or live mode.
#LoadCredential=mtrade-api-key:/etc/mtrade/api-key
#LoadCredential=mtrade-api-secret:/etc/mtrade/api-secret
# The same for the alert channels that are configured.
#LoadCredential=mtrade-alert-webhook-secret:/etc/mtrade/alert-webhook-secret
#LoadCredential=mtrade-alert-telegram-token:/etc/mtrade/alert-telegram-token

DynamicUser=yes
StateDirectory=mtrade
StateDirectoryMode=0700
ConfigurationDirectory=mtrade
UMask=0077
LimitCORE=0

NoNewPrivileges=yes
CapabilityBoundingSet=
ProtectSystem=strict
${homes ? IN_HOME : 'ProtectHome=yes'}
PrivateTmp=yes
PrivateDevices=yes
PrivateIPC=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RemoveIPC=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
# MemoryDenyWriteExecute cannot be set: the JavaScript engine compiles at run time.
MemoryHigh=512M
MemoryMax=768M
TasksMax=128

[Install]
WantedBy=multi-user.target
`;
}

export function addSystemdCommand(program: Command, cli: Cli): void {
  program
    .command('systemd')
    .description('print the service unit for this installation')
    .action((_options: unknown, command: Command) => {
      const config = configOption(command);
      const script = fileURLToPath(new URL('../main.js', import.meta.url));
      cli.out.write(
        systemdUnit({
          node: process.execPath,
          script,
          config: config === null ? null : resolve(cli.cwd, config),
        }),
      );
    });
}
