import { ExitCode, MtradeError, systemClock } from '@mtrade/base';
import type { Command } from 'commander';
import { loadAlertAccount } from '../alert-account.js';
import type { Cli } from '../cli.js';
import { loadConfig } from '../load-config.js';

async function test(cli: Cli, command: Command, json: boolean): Promise<void> {
  const { config } = await loadConfig(cli, command);
  const secrets = await loadAlertAccount(cli, config, (text) => cli.note(`warning: ${text}`));
  const { alertChannels, alertSource, testChannels } = await import('@mtrade/runtime');
  const deps = { clock: systemClock };
  const channels = alertChannels(config, secrets, alertSource(config, cli.version), deps);
  if (channels.length === 0)
    throw new MtradeError(
      'MTRADE_CONFIG',
      'alerts: no channel is configured; give webhook_url, telegram_chat_id or command under [alerts]',
      { key: 'alerts' },
    );
  const results = await testChannels(channels, { timeoutMs: config.alerts.timeoutMs, ...deps });
  const isOk = results.every(({ error }) => error === null);
  if (json) cli.out.json({ schema: 1, ok: isOk, channels: results });
  else
    for (const { channel, target, error, ms } of results)
      cli.out.say(
        `${channel.padEnd(9)} ${error === null ? `delivered in ${ms} ms` : `FAILED: ${error}`} (${target})`,
      );
  if (!isOk) process.exitCode = ExitCode.runtimeError;
}

export function addAlertCommand(program: Command, cli: Cli): void {
  program
    .command('alert')
    .description('the alert channels')
    .command('test')
    .description('send a test message through every configured channel; exit 1 when one fails')
    .option('--json', 'one JSON object')
    .action(({ json }: { json?: true }, command: Command) => test(cli, command, json === true));
}
