import type { LockCheck } from '../lock/index.js';
import type { BooksFault } from '@mtrade/store';
import type { Intent, PairState } from '@mtrade/cycle';
import { text, ZERO } from '@mtrade/money';
import { describeOwner } from '../lock/index.js';
import { ageText } from './age-text.js';
import { type Finding, finding } from './finding.js';
import { judgeStops } from './judge-stops.js';

/** An order in flight is answered within its deadline and settled a few seconds later. */
const IN_FLIGHT_MS = 60_000;
/** The protocol quarantines an order whose outcome stays unknown this long. */
const LONG_UNKNOWN_MS = 600_000;
const ABANDONED_MS = 86_400_000;

const RESTORE = 'stop the engine, keep the files, and go on from a backup';
const LOOK_BEFORE_BUYING =
  'pause the pair (mtrade pause), compare its orders with the exchange, and report it: the schema should make this impossible';

const FAULTS: Readonly<Record<BooksFault['kind'], readonly [Finding['check'], string]>> = {
  integrity: ['integrity', RESTORE],
  unreadable: ['integrity', RESTORE],
  schema: ['integrity', `a guard of the books is gone; ${RESTORE}`],
  sum: ['sums', `the fills are the truth; ${RESTORE}, or have the cached number mended by hand`],
  'two-cycles': ['duplicates', LOOK_BEFORE_BUYING],
  'two-open-intents': ['duplicates', LOOK_BEFORE_BUYING],
  'two-fills': ['duplicates', LOOK_BEFORE_BUYING],
  'late-fill': ['duplicates', 'the coins are in the ledger; look at the pair, then decide: sell, or reset'],
};

export const judgeFaults = (faults: readonly BooksFault[]): Finding[] =>
  faults.map(({ kind, symbol, detail }) => {
    const [check, remedy] = FAULTS[kind];
    return finding('CRITICAL', check, symbol, detail, remedy);
  });

/** What the pairs' own state says. `running`: an engine is at work on these books. */
export function judgePairs(pairs: readonly PairState[], nowMs: number, running: boolean): Finding[] {
  return [
    ...pairs.flatMap(({ openIntents }) => openIntents.map((intent) => judgeIntent(intent, nowMs, running))),
    ...pairs.flatMap(attention),
    ...judgeStops(pairs, nowMs, running),
    ...pairs.flatMap(dust),
  ];
}

function judgeIntent(intent: Intent, nowMs: number, running: boolean): Finding {
  const { symbol, state, clientOrderId, side, purpose } = intent;
  const ageMs = Math.max(0, nowMs - intent.createdMs);
  const what = `${side} ${clientOrderId} (${purpose}) is ${state} since ${ageText(ageMs)}`;
  if (state === 'LIVE')
    return finding(
      'INFO',
      intent.stop === undefined ? 'incomplete' : 'stops',
      symbol,
      `${what}: ${intent.stop === undefined ? 'it rests on the book' : `the stop at ${text(intent.stop.triggerPrice)} lies at the exchange`}`,
      'nothing to do',
    );
  if (state === 'UNKNOWN' || state === 'QUARANTINED') {
    const long = state === 'QUARANTINED' || ageMs > LONG_UNKNOWN_MS;
    const remedy = running
      ? 'the engine goes on asking; make the exchange reachable, and look there for the order by this name'
      : 'start the engine: it asks the exchange before the pair trades again';
    return finding(
      long ? 'CRITICAL' : 'WARN',
      'unknown-order',
      symbol,
      `${what}; the pair is blocked`,
      remedy,
    );
  }
  if (running && ageMs <= IN_FLIGHT_MS)
    return finding('INFO', 'incomplete', symbol, `${what}: in flight`, 'nothing to do');
  return finding(
    ageMs > ABANDONED_MS ? 'CRITICAL' : 'WARN',
    'incomplete',
    symbol,
    what,
    running
      ? 'it should be settled by now: see the log for this order'
      : 'start the engine: it resolves the order from the exchange first',
  );
}

const attention = ({ symbol, attention: why }: PairState): Finding[] =>
  why === null
    ? []
    : [
        finding(
          'CRITICAL',
          'attention',
          symbol,
          `needs attention: ${why}`,
          'docs/troubleshooting.md has it by these words; then mtrade resume or mtrade reset for this pair',
        ),
      ];

const dust = ({ symbol, dust: { base, cost } }: PairState): Finding[] =>
  base.eq(ZERO)
    ? []
    : [
        finding(
          'INFO',
          'dust',
          symbol,
          `${text(base)} ${symbol.split('/')[0]} of dust (cost ${text(cost)} ${symbol.split('/')[1]})`,
          'nothing to do: the next cycle takes it over',
        ),
      ];

export function judgeLock({ status, holder, validated }: LockCheck): Finding {
  const who = holder === null ? 'unknown holder' : describeOwner(holder);
  switch (status) {
    case 'free':
      return finding('INFO', 'lock', null, 'free: no engine runs', 'nothing to do');
    case 'leftover':
      return finding(
        'INFO',
        'lock',
        null,
        `left over: the last engine did not end by itself (${who})`,
        'nothing to do: the next start takes it over and recovers',
      );
    case 'foreign':
      return finding(
        'WARN',
        'lock',
        null,
        `held from another machine (${who})`,
        'a data directory belongs to one machine: stop one of the two',
      );
    case 'running':
      return validated
        ? finding('INFO', 'lock', null, `an engine runs (${who})`, 'nothing to do')
        : finding(
            'WARN',
            'lock',
            null,
            'held, but the holder cannot be proven',
            'look again in a second, or run this as the user of the engine',
          );
  }
}
