import { ExitCode, isMtradeError, type MtradeError } from '@mtrade/base';
import type { MtradeConfig } from '@mtrade/config';
import type { StatusJson } from '@mtrade/runtime';
import type { Command } from 'commander';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cli } from '../cli.js';
import { ControlClient, isUnanswered } from '../control-client.js';
import { ENDPOINTS } from '../endpoints.js';
import { loadConfig } from '../load-config.js';
import { duration } from '../render/columns.js';
import { renderStatus } from '../render/status.js';
import { Screen } from '../render/screen.js';
import type { StoredStatus } from '../stored-status.js';

const REDRAW_MS = 1_000;

/** The running engine's word, else what it stored last; null when there is neither. */
async function look(cli: Cli, config: MtradeConfig): Promise<StatusJson | StoredStatus | null> {
  try {
    return (await new ControlClient(config.dataDir).get(ENDPOINTS.status)) as StatusJson;
  } catch (error) {
    if (!isMtradeError(error, 'MTRADE_NOT_RUNNING')) throw error;
  }
  const { readStoredStatus } = await import('../stored-status.js');
  return readStoredStatus(config, cli.version);
}

const isStored = (status: StatusJson | StoredStatus): status is StoredStatus => !status.running;

function printText(cli: Cli, status: StatusJson | StoredStatus): void {
  const { out } = cli;
  if (isStored(status))
    out.line(
      `mtrade is not running. Last stored state, ${duration(status.stored_age_ms)} old (${status.stored_at}):`,
    );
  out.write(
    renderStatus(status, { columns: out.columns(), color: out.color, nowMs: Date.now(), maxPairs: null }),
  );
}

function print(
  cli: Cli,
  config: MtradeConfig,
  status: StatusJson | StoredStatus | null,
  json: boolean,
): void {
  if (status === null || isStored(status)) process.exitCode = ExitCode.notRunning;
  if (status !== null) return json ? cli.out.json(status) : printText(cli, status);
  if (json)
    return cli.out.json({
      schema: 1,
      running: false,
      mode: config.mode,
      data_dir: config.dataDir,
      pairs: [],
    });
  cli.out.line(`mtrade is not running and has stored nothing in ${config.dataDir}`);
}

/** Redraws until Ctrl-C; as JSON lines when asked for JSON. Goes on while the engine restarts or does not answer. */
async function watch(cli: Cli, config: MtradeConfig, json: boolean): Promise<void> {
  const signal = cli.interrupted();
  const screen = new Screen(cli.out, { eventLines: 0 });
  let last: StatusJson | null = null;
  const unanswered = (error: MtradeError): void => {
    process.exitCode = error.exitCode;
    if (json) cli.out.line(JSON.stringify({ schema: 1, running: true, error: error.message }));
    else if (last !== null && cli.out.isTty)
      screen.draw(last, 'the engine does not answer; this is its last word. Ctrl-C ends the watch');
    else cli.note(`mtrade: ${error.message}`);
  };
  const turn = async (): Promise<void> => {
    try {
      const status = await look(cli, config);
      if (json) cli.out.line(JSON.stringify(status ?? { schema: 1, running: false }));
      else if (status !== null && cli.out.isTty) screen.draw(status, 'Ctrl-C ends the watch');
      else print(cli, config, status, false);
      last = status;
      process.exitCode = status?.running === true ? ExitCode.ok : ExitCode.notRunning;
    } catch (error) {
      if (!isUnanswered(error)) throw error;
      unanswered(error);
    }
  };
  try {
    while (!signal.aborted && !cli.out.closed()) {
      await turn();
      await sleep(REDRAW_MS, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    screen.close();
  }
}

export function addStatusCommand(program: Command, cli: Cli): void {
  program
    .command('status')
    .description('show the running engine, or the last stored state (exit 3)')
    .option('--json', 'one JSON object; with --watch one a line')
    .option('--watch', 'redraw every second until Ctrl-C')
    .action(async (options: { json?: true; watch?: true }, command: Command) => {
      const { config } = await loadConfig(cli, command);
      const json = options.json === true;
      if (options.watch) return watch(cli, config, json);
      print(cli, config, await look(cli, config), json);
    });
}
