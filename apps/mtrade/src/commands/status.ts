import { ExitCode, isMtradeError, type MtradeError, systemClock } from '@mtrade/base';
import type { StatusJson } from '@mtrade/runtime';
import type { Command } from 'commander';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cli } from '../cli.js';
import { ControlClient, isUnanswered, unanswered } from '../control-client.js';
import { enginesElsewhere } from '../engines-elsewhere.js';
import { ENDPOINTS } from '../endpoints.js';
import { engineHome, type EngineHome } from '../load-config.js';
import { duration } from '../render/columns.js';
import { renderStatus } from '../render/status.js';
import { compareWithRunning, differenceNotice } from '../running-config.js';
import type { StoredStatus } from '../stored-status.js';

const EVERY_MS = 1_000;

/** A living engine answers in milliseconds; who waits longer wants to know why. */
const SLOW_MS = 2_000;

/** The running engine's answer. When it takes its time, `onSlow` may give the wait up by an error. */
async function ask(dataDir: string, onSlow: () => Promise<void>): Promise<StatusJson> {
  const end = new AbortController();
  const givenUp = sleep(SLOW_MS, undefined, { signal: end.signal })
    .then(onSlow)
    .then(() => new Promise<never>(() => undefined));
  const answer = new ControlClient(dataDir).get(ENDPOINTS.status, undefined, end.signal);
  try {
    return (await Promise.race([answer, givenUp])) as StatusJson;
  } finally {
    // The one that has lost must hold nothing up.
    end.abort();
  }
}

/** An engine that is suspended will not answer, however long one waits; another one may. */
const slowNotice = (cli: Cli, dataDir: string) => async (): Promise<void> => {
  const { adviceOnSilence, checkLock, isSuspended } = await import('@mtrade/runtime');
  const { status, holder } = await checkLock(dataDir, { clock: systemClock });
  if (status !== 'running' || holder === null) return;
  const what = `the engine (pid ${holder.pid}) does not answer`;
  if (isSuspended(holder)) throw unanswered(`${what}; ${adviceOnSilence(holder)}`);
  cli.note(`mtrade: ${what}; waiting for some seconds more. ${upperFirst(adviceOnSilence(holder))}`);
};

const upperFirst = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** The running engine's word, else what it stored last; null when there is neither. */
async function look(
  cli: Cli,
  { dataDir }: EngineHome,
  onSlow: () => Promise<void> = async () => undefined,
): Promise<StatusJson | StoredStatus | null> {
  try {
    return await ask(dataDir, onSlow);
  } catch (error) {
    if (!isMtradeError(error, 'MTRADE_NOT_RUNNING')) throw error;
  }
  const { readStoredStatus } = await import('../stored-status.js');
  return readStoredStatus(dataDir, cli.version);
}

const isStored = (status: StatusJson | StoredStatus): status is StoredStatus => !status.running;

/** `silent`: of an engine that runs and does not answer. */
function printText(cli: Cli, status: StatusJson | StoredStatus, silent = false): void {
  const { out } = cli;
  if (isStored(status))
    out.say(
      `${silent ? 'The engine does not answer' : 'mtrade is not running'}. Last stored state, ${duration(status.stored_age_ms)} old (${status.stored_at}):`,
    );
  out.write(renderStatus(status, { columns: out.columns(), color: out.color, nowMs: Date.now(), silent }));
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

const UNANSWERED = Symbol('unanswered');

/** The engine hangs: why, what to do, and what its books had when they changed last. */
async function printBooks(cli: Cli, dataDir: string, error: MtradeError): Promise<typeof UNANSWERED> {
  const { explain } = await import('../failure.js');
  for (const line of explain(error)) cli.note(line);
  process.exitCode = error.exitCode;
  const { readStoredStatus } = await import('../stored-status.js');
  const stored = readStoredStatus(dataDir, cli.version);
  if (stored !== null) printText(cli, stored, true);
  return UNANSWERED;
}

/** A script has no use for it, and one question less. */
const changedConfig = async ({ resolved }: EngineHome, json: boolean): Promise<string[]> =>
  resolved === null || json ? [] : differenceNotice(await compareWithRunning(resolved));

export function addStatusCommand(program: Command, cli: Cli): void {
  program
    .command('status')
    .description('show the running engine, or the last stored state (exit 3)')
    .option('--json', 'one JSON object; with --watch one a line')
    .option('--watch', 'on the whole screen until q; a look every second where there is no terminal')
    .action(async (options: { json?: true; watch?: true }, command: Command) => {
      const home = await engineHome(cli, command, 'read');
      const json = options.json === true;
      if (options.watch && cli.out.isTty && !json)
        return (await import('./watch.js')).watchOnScreen(cli, home.dataDir);
      if (options.watch) return watchInLines(cli, home, json);
      const status = await look(cli, home, slowNotice(cli, home.dataDir)).catch((error: unknown) => {
        if (json || !isUnanswered(error)) throw error;
        return printBooks(cli, home.dataDir, error);
      });
      if (status === UNANSWERED) return;
      print(cli, home, status, json);
      const isGone = status === null || isStored(status);
      for (const line of isGone ? await enginesElsewhere(home.dataDir) : await changedConfig(home, json))
        cli.note(line);
    });
}
