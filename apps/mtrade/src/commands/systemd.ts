import { type Command, Option } from 'commander';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MtradeError } from '@mtrade/base';
import type { ResolvedConfig } from '@mtrade/config';
import { APP_DIRECTORY } from '../app-directory.js';
import type { Cli } from '../cli.js';
import { dataDirOption, loadConfig } from '../load-config.js';

interface SystemdOptions {
  readonly user?: boolean;
  readonly print?: boolean;
  readonly install?: boolean;
  readonly force?: boolean;
}

const UNIT = 'mtrade.service';
const SYSTEM_DIRECTORY = '/etc/systemd/system';
/** systemd's StateDirectory: the only place for books that the hardened service can write. */
const STATE_DIRECTORY = '/var/lib/mtrade';

function userDirectory({ env, home }: Cli): string {
  const configHome = env['XDG_CONFIG_HOME'];
  const base = configHome !== undefined && isAbsolute(configHome) ? configHome : join(home, '.config');
  return join(base, 'systemd', 'user');
}

const OVERRIDE = /^MTRADE__/;

/** The configuration as the service will see it: without this shell's overrides, with systemd's directory. */
async function serviceConfig(cli: Cli, command: Command, isUser: boolean): Promise<ResolvedConfig> {
  const overrides = Object.keys(cli.env).filter((name) => OVERRIDE.test(name));
  if (overrides.length > 0)
    cli.note(
      `mtrade: not in the unit: ${overrides.join(', ')}, set in this shell only. What the service needs belongs into the configuration file.`,
    );
  const env = Object.fromEntries(Object.entries(cli.env).filter(([name]) => !OVERRIDE.test(name)));
  if (dataDirOption(command) !== undefined)
    throw new MtradeError('MTRADE_USAGE', '--data-dir is not in the unit: put data_dir into the file', {});
  const { STATE_DIRECTORY: _, ...own } = env;
  const place = { ...cli, env: isUser ? own : { ...own, STATE_DIRECTORY } };
  const resolved = await loadConfig(place, command);
  const { dataDir } = resolved.config;
  if (!isUser && dataDir !== STATE_DIRECTORY)
    throw new MtradeError(
      'MTRADE_CONFIG',
      `data_dir = "${dataDir}": the system service has a user of its own, who can write to ${STATE_DIRECTORY} only. Leave data_dir out of the file, or make it a service of your own user: mtrade systemd --user`,
      { key: 'data_dir', ...(resolved.source.file !== null && { file: resolved.source.file }) },
    );
  return resolved;
}

const nextCommands = (isUser: boolean): string[] =>
  isUser
    ? [
        'systemctl --user daemon-reload',
        'systemctl --user enable --now mtrade  # returns once the engine can trade',
        'loginctl enable-linger                # it starts with the machine, and stays',
        'journalctl --user -u mtrade -f        # or: mtrade logs -f',
      ]
    : [
        'systemctl daemon-reload',
        'systemctl enable --now mtrade     # returns once the engine can trade',
        'journalctl -u mtrade -f           # or: mtrade logs -f',
      ];

async function systemd(cli: Cli, command: Command, options: SystemdOptions): Promise<void> {
  const { user: isUser = false, install = false, force = false } = options;
  const [resolved, { systemdUnit }, { signed }] = await Promise.all([
    serviceConfig(cli, command, isUser),
    import('../service/unit.js'),
    import('../service/signed-unit.js'),
  ]);
  const unit = systemdUnit({
    isUser,
    node: process.execPath,
    script: fileURLToPath(new URL('dist/main.js', APP_DIRECTORY)),
    configFile: resolved.source.file,
    config: resolved.config,
  });
  const text = signed(unit, cli.version);
  if (!install) return cli.out.write(text);

  const { installUnit } = await import('../service/install-unit.js');
  const path = join(isUser ? userDirectory(cli) : SYSTEM_DIRECTORY, UNIT);
  const remedy = isUser
    ? 'the directory must belong to you'
    : 'a system service is installed as root (sudo); one of your own user needs no rights: mtrade systemd --user --install';
  const installed = installUnit(path, text, { force, remedy });
  // `%h` is systemd's word for the home directory of its user.
  const secrets = (unit.match(/^LoadCredential=.*$/gm) ?? []).map((line) =>
    (line.split(':')[1] ?? '').replace('%h', cli.home),
  );
  cli.out.say(
    installed === 'unchanged'
      ? `${path} is up to date.`
      : `${path} ${installed === 'new' ? 'written' : 'replaced'}.`,
  );
  if (secrets.length > 0)
    cli.out.say(`It reads ${secrets.join(', ')}: put the secrets there first, mode 0600.`);
  cli.out.say('Next:');
  for (const line of nextCommands(isUser)) cli.out.say(`  ${line}`);
}

export function addSystemdCommand(program: Command, cli: Cli): void {
  program
    .command('systemd')
    .description('print or install the service unit for this installation')
    .option('--user', 'a service of your user instead of one of the system')
    .addOption(new Option('--print', 'print the unit (the default)').conflicts(['install', 'force']))
    .option('--install', 'write the unit to its place and say what comes next')
    .option('--force', 'with --install: replace a unit that was edited by hand')
    .action((options: SystemdOptions, command: Command) => systemd(cli, command, options));
}
