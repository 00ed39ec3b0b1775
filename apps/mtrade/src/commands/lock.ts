import { ExitCode, MtradeError, systemClock } from '@mtrade/base';
import type { KillOutcome, LockCheck, Owner } from '@mtrade/runtime';
import type { Command } from 'commander';
import type { Cli } from '../cli.js';
import { engineHome } from '../load-config.js';
import { noteOthers, runningMode } from '../which-engine.js';

interface LockOptions {
  readonly check?: true;
  readonly kill?: true;
  readonly force?: true;
  readonly json?: true;
}

type Runtime = typeof import('@mtrade/runtime');

/** One sentence for a person; `describe` names pid, start time, data directory and version. */
function checkText(
  { status, holder, validated }: LockCheck,
  dataDir: string,
  describe: Runtime['describeOwner'],
): string {
  const owner = holder === null ? '' : `: ${describe(holder)}`;
  if (status === 'running' && !validated)
    return `held, but the holder cannot be proven (it is starting, or hidden from this user); data directory ${dataDir}`;
  if (status === 'running') return `running${owner}`;
  if (status === 'leftover') return `left over by a dead owner${owner}; the next start takes it over`;
  if (status === 'foreign') return `held by another machine${owner}`;
  return `free: ${dataDir}`;
}

/** The record as JSON in the manner of every other answer. */
const checkJson = ({ status, holder, validated }: LockCheck, dataDir: string): unknown => ({
  schema: 1,
  status,
  validated,
  data_dir: dataDir,
  holder:
    holder === null
      ? null
      : {
          pid: holder.pid,
          started_at: new Date(holder.startedAtMs).toISOString(),
          data_dir: holder.dataDir,
          version: holder.version,
        },
});

async function check(cli: Cli, dataDir: string, json: boolean): Promise<void> {
  const { checkLock, describeOwner, LOCK_CHECK_EXIT } = await import('@mtrade/runtime');
  const found = await checkLock(dataDir, { clock: systemClock });
  if (json) cli.out.json(checkJson(found, dataDir));
  else cli.out.say(checkText(found, dataDir, describeOwner));
  // 0 promises a holder that was proven; one that was not is none of the four answers.
  const unproven = found.status === 'running' && !found.validated;
  process.exitCode = unproven ? ExitCode.runtimeError : LOCK_CHECK_EXIT[found.status];
}

/** `engine` follows what was ended: its mode, or nothing. */
function killText(
  result: KillOutcome,
  dataDir: string,
  describe: Runtime['describeOwner'],
  engine: string,
): string {
  if (result.outcome === 'stopped') return `stopped: ${describe(result.holder)}${engine}`;
  if (result.outcome === 'killed') return `killed: ${describe(result.holder)}${engine}`;
  if (result.outcome === 'still-running')
    return `still running: ${describe(result.holder)}; --force ends it without waiting for its orders`;
  return `nothing was signalled: ${checkText(result.check, dataDir, describe)}`;
}

const KILL_EXIT: Readonly<Record<KillOutcome['outcome'], ExitCode>> = {
  stopped: ExitCode.ok,
  killed: ExitCode.ok,
  'not-running': ExitCode.notRunning,
  refused: ExitCode.runtimeError,
  'still-running': ExitCode.runtimeError,
};

async function kill(cli: Cli, dataDir: string, { force, json }: LockOptions): Promise<void> {
  const { describeOwner, isSuspended, killHolder } = await import('@mtrade/runtime');
  const onWaiting = (holder: Owner, waitMs: number): void => {
    const then = force === true ? 'then it is killed' : '--force kills it after that';
    const why = isSuspended(holder)
      ? `its process is suspended and hears nothing until kill -CONT ${holder.pid}`
      : 'it follows its orders in flight';
    cli.note(
      `pid ${holder.pid} was asked to end; ${why}. Waiting for up to ${waitMs / 1_000} s, ${then} ...`,
    );
  };
  const mode = runningMode(dataDir);
  const result = await killHolder({ dataDir, force: force === true, onWaiting }, { clock: systemClock });
  if (json) cli.out.json({ schema: 1, outcome: result.outcome, data_dir: dataDir });
  else cli.out.say(killText(result, dataDir, describeOwner, mode === null ? '' : ` (${mode} engine)`));
  process.exitCode = KILL_EXIT[result.outcome];
}

export function addLockCommand(program: Command, cli: Cli): void {
  program
    .command('lock')
    .description('single-instance tools: who holds the data directory')
    .option('--check', 'exit 0 a living holder, 3 free, 4 left over by a dead owner, 5 held by another host')
    .option('--kill', 'SIGTERM to a validated holder, then wait')
    .option('--force', 'with --kill: SIGKILL when it does not end by itself')
    .option('--json', 'one JSON object')
    .action(async (options: LockOptions, command: Command) => {
      if ((options.check === true) === (options.kill === true))
        throw new MtradeError('MTRADE_USAGE', 'give either --check or --kill', {});
      if (options.force === true && options.kill !== true)
        throw new MtradeError('MTRADE_USAGE', '--force belongs to --kill', {});
      const { dataDir } = await engineHome(cli, command, options.kill ? 'act' : 'read');
      if (options.check) return check(cli, dataDir, options.json === true);
      await kill(cli, dataDir, options);
      await noteOthers(cli, command, dataDir);
    });
}
