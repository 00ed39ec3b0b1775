import { ExitCode, MtradeError } from '@mtrade/base';
import type { Command } from 'commander';
import type { Cli } from '../cli.js';
import { loadConfig } from '../load-config.js';

export function addLockCommand(program: Command, cli: Cli): void {
  program
    .command('lock')
    .description('single-instance tools: who holds the data directory')
    .option('--check', 'exit 0 a living holder, 3 free, 4 left over by a dead owner, 5 held by another host')
    .option('--kill', 'SIGTERM to a validated holder, then wait')
    .option('--force', 'with --kill: SIGKILL when it does not end by itself')
    .option('--json', 'one JSON object')
    .action(async (options: { check?: true; kill?: true; force?: true; json?: true }, command: Command) => {
      if ((options.check === true) === (options.kill === true))
        throw new MtradeError('MTRADE_USAGE', 'give either --check or --kill', {});
      if (options.force === true && options.kill !== true)
        throw new MtradeError('MTRADE_USAGE', '--force belongs to --kill', {});
      const { config } = await loadConfig(cli, command);
      cli.out.line(config.dataDir);
      process.exitCode = ExitCode.runtimeError;
    });
}
