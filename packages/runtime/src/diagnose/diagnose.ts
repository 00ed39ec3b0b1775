import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, type EpochMs, errorText, type MtradeError } from '@mtrade/base';
import type { MtradeConfig, Secrets } from '@mtrade/config';
import type { Intent, PairState } from '@mtrade/cycle';
import {
  type BookedFill,
  type BooksFault,
  openReader,
  type Reader,
  type Restored,
  type StoredIdentity,
} from '@mtrade/store';
import { checkLock } from '../lock/index.js';
import { type AccountEvidence, gatherEvidence } from './evidence.js';
import { openAccount } from './exchange-account.js';
import { type Finding, finding, inOrder } from './finding.js';
import type { BooksView } from './books-view.js';
import { judgeAccount } from './judge-account.js';
import { judgeFaults, judgeLock, judgePairs } from './judge-books.js';
import { judgeRestored } from './judge-restored.js';
import { settledOrders } from './settled-orders.js';

export interface DiagnoseOptions {
  readonly config: MtradeConfig;
  /** Looks for the account's keys; throws when there are none. Not called in paper mode or when offline. */
  readonly secrets: () => Secrets | null;
  readonly offline: boolean;
}

/** `no`: was not asked, `partly`: it answered less than was asked, `yes`: everything was compared. */
export type ExchangeChecked = 'yes' | 'partly' | 'no';

export interface Diagnosis {
  readonly running: boolean;
  readonly exchangeChecked: ExchangeChecked;
  readonly findings: readonly Finding[];
}

/** Trades are compared this far back, further when an order has been open for longer. Gate lists 30 days at most. */
const LOOK_BACK_MS = 7 * 86_400_000;
const REACH_MS = 30 * 86_400_000 - 3_600_000;
const MARGIN_MS = 60_000;

/** Looks at everything and changes nothing; works beside a running engine. Never rejects: a failure is a finding. */
export async function diagnose(
  options: DiagnoseOptions,
  { clock, tell = () => undefined }: { readonly clock: Clock; readonly tell?: (stage: string) => void },
): Promise<Diagnosis> {
  const { config } = options;
  const lock = await checkLock(config.dataDir, { clock });
  const running = lock.status === 'running';
  const path = join(config.dataDir, 'mtrade.db');
  const base = { running, exchangeChecked: 'no' as const };
  const done = (findings: readonly Finding[]): Diagnosis => ({
    ...base,
    findings: inOrder([judgeLock(lock), ...findings]),
  });
  if (!existsSync(path))
    return done([
      finding('INFO', 'books', null, `${path} does not exist: nothing was stored yet`, 'nothing to do'),
    ]);

  tell('reading the books');
  let inside: Inside;
  try {
    inside = lookAtBooks(path, (reader) => ({
      identity: reader.identity,
      pairs: reader.pairs(),
      faults: reader.examine(),
      restored: reader.restored(),
    }));
  } catch (error) {
    return done([unreadable(error)]);
  }
  const { identity, pairs, faults, restored } = inside;
  const findings = [...judgeFaults(faults), ...judgePairs(pairs, clock.epochMs(), running)];
  if (identity.mode !== config.mode || identity.exchange !== config.exchange.id)
    return done([
      ...findings,
      finding(
        'CRITICAL',
        'books',
        null,
        `the books are of ${identity.exchange} in ${identity.mode} mode, the configuration says ${config.exchange.id}, ${config.mode}`,
        'use another data_dir for each mode; the exchange was not asked',
      ),
    ]);
  tell(`asking the exchange about ${pairs.length === 1 ? '1 pair' : `${pairs.length} pairs`}`);
  const compared = await compare(options, path, pairs, running, clock);
  const all = judgeRestored([...findings, ...compared.findings], { pairs, restored, running });
  return { ...done(all), exchangeChecked: compared.checked };
}

interface Inside {
  readonly identity: StoredIdentity;
  readonly pairs: readonly PairState[];
  readonly faults: readonly BooksFault[];
  readonly restored: Restored | null;
}

function lookAtBooks<T>(path: string, look: (reader: Reader) => T): T {
  const reader = openReader({ path });
  if (reader === null) throw new Error(`${path} vanished while it was looked at`);
  try {
    return reader.atOnce(() => look(reader));
  } finally {
    reader.close();
  }
}

const unreadable = (error: unknown): Finding =>
  finding(
    'CRITICAL',
    'books',
    null,
    errorText(error),
    'keep the files as they are; go on from a backup, or ask for help with these files',
  );

interface Comparison {
  readonly checked: ExchangeChecked;
  readonly findings: readonly Finding[];
}

const notAsked = (severity: 'INFO' | 'WARN', why: string, remedy: string): Comparison => ({
  checked: 'no',
  findings: [finding(severity, 'exchange', null, `unknown: ${why}`, remedy)],
});

async function compare(
  { config, secrets, offline }: DiagnoseOptions,
  path: string,
  pairs: readonly PairState[],
  running: boolean,
  clock: Clock,
): Promise<Comparison> {
  if (offline) return notAsked('INFO', 'the exchange was not asked (--offline)', 'leave --offline away');
  if (config.mode === 'paper' && running)
    return notAsked(
      'INFO',
      'the paper exchange lives inside the running engine and cannot be asked from outside; only the books were checked',
      'stop the engine and run it again to compare the paper account, too',
    );
  const fromMs = beginOf(pairs, clock.epochMs());
  let evidence: AccountEvidence;
  try {
    const account = await openAccount(config, config.mode === 'paper' ? null : secrets(), clock);
    try {
      evidence = await gatherEvidence(
        account.reader,
        pairs.map(({ symbol }) => symbol),
        { fromMs, askedMs: clock.epochMs() },
      );
    } finally {
      await account.close();
    }
  } catch (error) {
    const isSecret = (error as MtradeError).code === 'MTRADE_SECRET_MISSING';
    return notAsked(
      'WARN',
      `the exchange could not be asked: ${errorText(error)}`,
      isSecret
        ? 'give the keys in the same way as to mtrade start'
        : 'run it again when the exchange answers',
    );
  }
  try {
    const view = lookAtBooks(path, (reader) => booksView(reader, evidence));
    const isWhole = evidence.balances !== null && evidence.pairs.every(({ problem }) => problem === null);
    return { checked: isWhole ? 'yes' : 'partly', findings: judgeAccount(evidence, view) };
  } catch (error) {
    return { checked: 'partly', findings: [unreadable(error)] };
  }
}

function beginOf(pairs: readonly PairState[], nowMs: number): EpochMs {
  const opened = pairs.flatMap(({ openIntents }) => openIntents.map(({ createdMs }) => createdMs));
  const oldest = Math.min(nowMs - LOOK_BACK_MS, ...opened.map((ms) => ms - MARGIN_MS));
  return Math.max(oldest, nowMs - REACH_MS) as EpochMs;
}

/** Read after the exchange has answered: whatever it has told and was booked meanwhile is in here. */
function booksView(reader: Reader, evidence: AccountEvidence): BooksView {
  const limit = Number.MAX_SAFE_INTEGER;
  const named = new Set(
    evidence.pairs.flatMap(({ openOrders, trades }) => [
      ...openOrders.map(({ clientOrderId }) => clientOrderId),
      ...trades.map(({ clientOrderId }) => clientOrderId),
    ]),
  );
  const all = reader.intents({ limit });
  const intents: Intent[] = all.filter(({ clientOrderId }) => named.has(clientOrderId));
  const stops = all.filter(({ stop }) => stop !== undefined);
  const fills: readonly BookedFill[] = reader.fills({ sinceMs: evidence.fromMs - MARGIN_MS, limit });
  const { installId, createdMs } = reader.identity;
  return {
    installId,
    createdMs,
    pairs: reader.pairs(),
    intents,
    stops,
    fills,
    settled: settledOrders(reader),
  };
}
