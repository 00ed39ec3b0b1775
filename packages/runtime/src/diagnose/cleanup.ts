import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, type EpochMs, errorText, MtradeError } from '@mtrade/base';
import type { MtradeConfig, Secrets } from '@mtrade/config';
import { silentLogger } from '@mtrade/log';
import {
  backupDatabase,
  backupDirectory,
  backupName,
  type Cleanable,
  cleanBooks,
  type CleanLimits,
  ensureBackupDirectory,
  openReader,
} from '@mtrade/store';
import { acquireLock, checkLock, type HeldLock } from '../lock/index.js';
import { heldError } from '../lock/held-error.js';
import { type CleanupPlan, isEmptyPlan, planCleanup } from './cleanup-plan.js';
import { type AccountEvidence, gatherEvidence } from './evidence.js';
import { openAccount } from './exchange-account.js';
import { findStaleFiles, type StaleFile } from './stale-files.js';

export interface CleanupOptions {
  readonly config: MtradeConfig;
  /** Looks for the account's keys; throws when there are none. Not called in paper mode. */
  readonly secrets: () => Secrets | null;
  /** False: nothing is changed. */
  readonly confirm: boolean;
  readonly olderThanMs: number;
  readonly version: string;
  readonly argv: readonly string[];
  /** Where account locks lie; the default is one place per user. */
  readonly runtimeDir?: string | undefined;
}

export interface CleanupResult {
  readonly plan: CleanupPlan;
  /** The verified copy that was made before the first change; null when nothing in the books was changed. */
  readonly backup: string | null;
  readonly done: boolean;
}

/** Journal lines are kept at least this long; orders that came to nothing at least so long. */
export const JOURNAL_KEEP_MS = 90 * 86_400_000;
export const INTENT_KEEP_MS = 7 * 86_400_000;
/** As far back as Gate lists trades, less an hour. */
const REACH_MS = 30 * 86_400_000 - 3_600_000;
const MARGIN_MS = 60_000;

const NOTHING: Cleanable = { journalIds: [], intents: [], cycles: [] };

/**
 * Removes what nobody needs any more, or, without `confirm`, names it. In this order, so that every refusal comes before
 * the first change: lock, books, exchange, plan, backup, one transaction, files.
 *
 * Throws MTRADE_LOCK_HELD (75) while an engine runs, MTRADE_EXCHANGE_UNAVAILABLE (69) when the exchange does not answer.
 */
export async function cleanUp(
  options: CleanupOptions,
  deps: { readonly clock: Clock },
): Promise<CleanupResult> {
  const { config, confirm } = options;
  const { clock } = deps;
  if (!existsSync(config.dataDir)) return { plan: emptyPlan(), backup: null, done: confirm };
  const lock = await claim(options, clock);
  try {
    const nowMs = clock.epochMs();
    const limits = limitsOf(options.olderThanMs, nowMs);
    const path = join(config.dataDir, 'mtrade.db');
    const cleanable = existsSync(path) ? lookAtBooks(path, config, limits) : NOTHING;
    const files = findStaleFiles(config.dataDir, { nowMs, olderThanMs: options.olderThanMs });
    const evidence = await askExchange(options, cleanable, files, clock);
    const plan = planCleanup(cleanable, files, evidence);
    if (!confirm || isEmptyPlan(plan)) return { plan, backup: null, done: confirm };
    if (lock?.stillHeld() === false)
      throw new MtradeError('MTRADE_LOCK_LOST', 'the lock was lost before anything was changed', {
        reason: 'lost during the clean-up',
      });
    return { plan, backup: await carryOut(plan, path, config.dataDir, limits, nowMs), done: true };
  } finally {
    lock?.release();
  }
}

const emptyPlan = (): CleanupPlan => ({ journalIds: [], intents: [], cycles: [], files: [], kept: [] });

const limitsOf = (olderThanMs: number, nowMs: number): CleanLimits => ({
  endedBeforeMs: nowMs - Math.max(olderThanMs, INTENT_KEEP_MS),
  journalBeforeMs: nowMs - Math.max(olderThanMs, JOURNAL_KEEP_MS),
});

/** With `confirm` the lock is taken, so that no engine can start meanwhile; a dry run only looks. */
async function claim(options: CleanupOptions, clock: Clock): Promise<HeldLock | null> {
  const { config, confirm, version, argv, runtimeDir } = options;
  const { status, holder } = await checkLock(config.dataDir, { clock });
  if (status === 'running' || status === 'foreign')
    throw heldError(`this data directory (${config.dataDir})`, holder);
  if (!confirm) return null;
  const apiKey = config.mode === 'paper' ? null : (options.secrets()?.apiKey ?? null);
  return acquireLock(
    {
      dataDir: config.dataDir,
      account: { exchange: config.exchange.id, apiKey },
      version,
      argv,
      ...(runtimeDir !== undefined && { runtimeDir }),
    },
    { clock, log: silentLogger, onLost: () => undefined },
  );
}

function lookAtBooks(path: string, config: MtradeConfig, limits: CleanLimits): Cleanable {
  const reader = openReader({ path });
  if (reader === null) return NOTHING;
  try {
    const { mode, exchange } = reader.identity;
    if (mode !== config.mode || exchange !== config.exchange.id)
      throw new MtradeError(
        'MTRADE_CONFIG',
        `${path} holds the books of ${exchange} in ${mode} mode, the configuration says ${config.exchange.id}, ${config.mode}`,
        { key: 'mode', file: path },
      );
    return reader.atOnce(() => {
      const [fault] = reader.examine();
      if (fault)
        throw new MtradeError(
          'MTRADE_DATABASE',
          `the books are not sound, so nothing is removed from them: ${fault.detail}. See mtrade diagnose.`,
          { path },
        );
      return reader.cleanable(limits);
    });
  } finally {
    reader.close();
  }
}

/** Asked whenever there is anything to do: an account that cannot be seen is no time for tidying up. */
async function askExchange(
  { config, secrets }: CleanupOptions,
  cleanable: Cleanable,
  files: readonly StaleFile[],
  clock: Clock,
): Promise<AccountEvidence> {
  const nowMs = clock.epochMs();
  const oldest = Math.min(nowMs, ...cleanable.intents.map(({ createdMs }) => createdMs - MARGIN_MS));
  const when = { fromMs: Math.max(oldest, nowMs - REACH_MS) as EpochMs, askedMs: nowMs };
  const nothingToDo = cleanable.journalIds.length + cleanable.intents.length + cleanable.cycles.length === 0;
  if (nothingToDo && files.length === 0)
    return { ...when, pairs: [], balances: null, balanceProblem: 'not asked' };
  const account = await openAccount(config, config.mode === 'paper' ? null : secrets(), clock);
  try {
    const symbols = [...new Set(cleanable.intents.map(({ symbol }) => symbol))];
    const evidence = await gatherEvidence(account.reader, symbols, when);
    const problem = evidence.balanceProblem ?? evidence.pairs.find((pair) => pair.problem !== null)?.problem;
    if (problem !== undefined && problem !== null)
      throw new MtradeError(
        'MTRADE_EXCHANGE_UNAVAILABLE',
        `the exchange did not answer in full, so nothing is removed: ${problem}`,
        { url: config.exchange.restUrl ?? '' },
      );
    return evidence;
  } finally {
    await account.close();
  }
}

/** Returns the backup's path, or null when only files were removed. */
async function carryOut(
  plan: CleanupPlan,
  path: string,
  dataDir: string,
  limits: CleanLimits,
  nowMs: number,
): Promise<string | null> {
  const { journalIds, intents, cycles, files } = plan;
  let backup: string | null = null;
  if (existsSync(path)) {
    const directory = backupDirectory(dataDir);
    ensureBackupDirectory(directory);
    backup = join(directory, backupName(nowMs, 'manual'));
    await backupDatabase(path, backup);
  }
  if (backup !== null && journalIds.length + intents.length + cycles.length > 0)
    cleanBooks(
      { path, limits, nowMs, backup },
      { journalIds, intentIds: intents.map(({ id }) => id), cycleIds: cycles.map(({ id }) => id) },
    );
  for (const file of files) removeFile(file.path);
  return backup;
}

function removeFile(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch (error) {
    throw new MtradeError('MTRADE_PERMISSION', `cannot remove ${path}: ${errorText(error)}`, { path });
  }
}
