import { Command } from 'commander';
import type { Cli } from './cli.js';
import { addAnalyzeLogsCommand } from './commands/analyze-logs.js';
import { addCleanupCommand } from './commands/cleanup.js';
import { addAlertCommand } from './commands/alert.js';
import { addBackupCommand } from './commands/backup.js';
import { addBenchCommand } from './commands/bench.js';
import { addCompletionCommands } from './commands/completion.js';
import { addConfigCommand } from './commands/config.js';
import { addDashboardCommand } from './commands/dashboard.js';
import { addDataCommand } from './commands/data.js';
import { addDiagnoseCommand } from './commands/diagnose.js';
import { addDoctorCommand } from './commands/doctor.js';
import { addExchangeCommand } from './commands/exchange.js';
import { addExportCommand } from './commands/export.js';
import { addImportCommand } from './commands/import.js';
import { addInitCommand } from './commands/init.js';
import { addLadderCommand } from './commands/ladder.js';
import { addLockCommand } from './commands/lock.js';
import { addLogsCommand } from './commands/logs.js';
import { addPairCommands } from './commands/pairs.js';
import { addRecordCommand } from './commands/record.js';
import { addReportCommands } from './commands/reports.js';
import { addReproduceCommand } from './commands/reproduce.js';
import { addRestoreCommand } from './commands/restore.js';
import { addStartCommand } from './commands/start.js';
import { addStatusCommand } from './commands/status.js';
import { addStopCommand } from './commands/stop.js';
import { addSystemdCommand } from './commands/systemd.js';
import { prose } from './render/columns.js';

const ENVIRONMENT_HELP = `
Configuration: the first of --config F, MTRADE_CONFIG, ./mtrade.toml, $XDG_CONFIG_HOME/mtrade/mtrade.toml, /etc/mtrade/mtrade.toml; without any, 16 pairs on paper.
Data: data_dir, by default $XDG_DATA_HOME/mtrade (~/.local/share/mtrade), or systemd's STATE_DIRECTORY.
Any key from the environment: MTRADE__ENGINE__DEBOUNCE_MS=50.
Exit codes: 0 ok, 1 error, 2 usage, 3 not running, 69 exchange unavailable, 70 contradiction, 74 disk, 75 another instance runs, 77 permission, 78 bad configuration or secret.`;

/** All commands. Each file defines one and loads what it needs only when it runs. */
export function buildProgram(cli: Cli): Command {
  const program = buildCommands(cli);
  addCompletionCommands(program, cli, () => buildCommands(cli));
  return program;
}

function buildCommands(cli: Cli): Command {
  const program = new Command('mtrade')
    .description('Trades cycles of averaging buys and one sale on spot markets')
    .version(cli.version)
    .option('--config <file>', 'configuration file')
    .option('--data-dir <dir>', 'data directory of the engine, whatever the configuration says')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: cli.out.write,
      writeErr: (text) => cli.note(text.replace(/\n$/, '')),
      getOutHelpWidth: cli.out.columns,
      getErrHelpWidth: cli.err.columns,
    })
    .addHelpText('after', () => prose(ENVIRONMENT_HELP, cli.out.columns()))
    .showHelpAfterError('(mtrade --help lists the commands)')
    .exitOverride();

  addStartCommand(program, cli);
  addStopCommand(program, cli);
  addStatusCommand(program, cli);
  addDashboardCommand(program, cli);
  addPairCommands(program, cli);
  addReportCommands(program, cli);
  addExportCommand(program, cli);
  addLadderCommand(program, cli);
  addConfigCommand(program, cli);
  addInitCommand(program, cli);
  addImportCommand(program, cli);
  addDoctorCommand(program, cli);
  addDiagnoseCommand(program, cli);
  addCleanupCommand(program, cli);
  addReproduceCommand(program, cli);
  addLogsCommand(program, cli);
  addAnalyzeLogsCommand(program, cli);
  addLockCommand(program, cli);
  addBackupCommand(program, cli);
  addRestoreCommand(program, cli);
  addAlertCommand(program, cli);
  addRecordCommand(program, cli);
  addDataCommand(program, cli);
  addBenchCommand(program, cli);
  addExchangeCommand(program, cli);
  addSystemdCommand(program, cli);
  return program;
}
