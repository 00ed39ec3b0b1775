import { ExitCode, isMtradeError } from '@mtrade/base';
import type { StatusJson } from '@mtrade/runtime';
import type { Command } from 'commander';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cli } from '../cli.js';
import { ControlClient, isUnanswered } from '../control-client.js';
import { enginesElsewhere } from '../engines-elsewhere.js';
import { ENDPOINTS } from '../endpoints.js';
import { engineHome, type EngineHome } from '../load-config.js';
import { duration } from '../render/columns.js';
import { renderStatus } from '../render/status.js';
import type { StoredStatus } from '../stored-status.js';

const EVERY_MS = 1_000;

/** The running engine's word, else what it stored last; null when there is neither. */
async function look(cli: Cli, { dataDir }: EngineHome): Promise<StatusJson | StoredStatus | null> {
  try {
    return (await new ControlClient(dataDir).get(ENDPOINTS.status)) as StatusJson;
  } catch (error) {
    if (!isMtradeError(error, 'MTRADE_NOT_RUNNING')) throw error;
  }
  const { readStoredStatus } = await import('../stored-status.js');
  return readStoredStatus(dataDir, cli.version);
}

const isStored = (status: StatusJson | StoredStatus): status is StoredStatus => !status.running;

function printText(cli: Cli, status: StatusJson | StoredStatus): void {
  const { out } = cli;
  if (isStored(status))
    out.say(
      `mtrade is not running. Last stored state, ${duration(status.stored_age_ms)} old (${status.stored_at}):`,
    );
  out.write(renderStatus(status, { columns: out.columns(), color: out.color, nowMs: Date.now() }));
}

function print(
  cli: Cli,
  { dataDir, config }: EngineHome,
  status: StatusJson | StoredStatus | null,
  json: boolean,
): void {
  if (status === null || isStored(status)) process.exitCode = ExitCode.notRunning;
  if (status !== null) return json ? cli.out.json(status) : printText(cli, status);
  if (json)
    return cli.out.json({
      schema: 1,
      running: false,
      mode: config?.mode ?? null,
      data_dir: dataDir,
      pairs: [],
    });
  cli.out.say(`mtrade is not running and has stored nothing in ${dataDir}`);
}

/** Looks every second until Ctrl-C and prints each look; as JSON lines when asked for JSON. */
async function watchInLines(cli: Cli, home: EngineHome, json: boolean): Promise<void> {
  const signal = cli.interrupted();
  const turn = async (): Promise<void> => {
    try {
      const status = await look(cli, home);
      if (json) cli.out.line(JSON.stringify(status ?? { schema: 1, running: false }));
      else print(cli, home, status, false);
      process.exitCode = status?.running === true ? ExitCode.ok : ExitCode.notRunning;
    } catch (error) {
      if (!isUnanswered(error)) throw error;
      process.exitCode = error.exitCode;
      if (json) cli.out.line(JSON.stringify({ schema: 1, running: true, error: error.message }));
      else cli.note(`mtrade: ${error.message}`);
    }
  };
  while (!signal.aborted && !cli.out.closed()) {
    await turn();
    await sleep(EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}

export function addStatusCommand(program: Command, cli: Cli): void {
  program
    .command('status')
    .description('show the running engine, or the last stored state (exit 3)')
    .option('--json', 'one JSON object; with --watch one a line')
    .option('--watch', 'on the whole screen until q; a look every second where there is no terminal')
    .action(async (options: { json?: true; watch?: true }, command: Command) => {
      const home = await engineHome(cli, command);
      const json = options.json === true;
      if (options.watch && cli.out.isTty && !json)
        return (await import('./watch.js')).watchOnScreen(cli, home.dataDir);
      if (options.watch) return watchInLines(cli, home, json);
      const status = await look(cli, home);
      print(cli, home, status, json);
      if (status === null || isStored(status))
        for (const line of await enginesElsewhere(home.dataDir)) cli.note(line);
    });
}
