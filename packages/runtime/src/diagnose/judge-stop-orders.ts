import type { EpochMs } from '@mtrade/base';
import { type Intent, mayHaveMade, standingOfStop } from '@mtrade/cycle';
import type { StopEvidence } from '@mtrade/engine';
import { text } from '@mtrade/money';
import type { PairEvidence } from './evidence.js';
import { type Finding, finding } from './finding.js';
import type { BooksView } from './books-view.js';

/** A stop that has just ended may be listed as open for a moment, and the other way round. */
const GRACE_MS = 15_000;

type Books = Pick<BooksView, 'pairs' | 'stops' | 'fills'>;

/** The stops at the exchange against those of the books, both ways, by the rule of the engine's own comparison. */
export function judgeStopOrders(pair: PairEvidence, askedMs: number, books: Books): Finding[] {
  const own = books.stops.filter(({ symbol }) => symbol === pair.symbol);
  return [
    ...pair.stops.flatMap((stop) => judgeStop(stop, pair, own, askedMs, books)),
    ...missingStops(pair, own, askedMs),
  ];
}

const nameOf = ({ stopId, amount, triggerPrice }: StopEvidence): string =>
  `stop ${stopId} (${text(amount)} at ${text(triggerPrice)})`;

function judgeStop(
  stop: StopEvidence,
  pair: PairEvidence,
  own: readonly Intent[],
  askedMs: number,
  books: Books,
): Finding[] {
  const { symbol, stopId, status, firedOrderId } = stop;
  const rows = {
    known: own.find((intent) => intent.stop?.stopId === stopId) ?? null,
    alike: own.filter((intent) => mayHaveMade(intent, stop)),
  };
  const standing = standingOfStop(stop, rows, (askedMs - GRACE_MS) as EpochMs);
  if (standing.type === 'surplus')
    return firedOrderId === null && status === 'open'
      ? [
          finding(
            'CRITICAL',
            'stops',
            symbol,
            `${nameOf(stop)} lies at the exchange beside what the books have: it would sell a second time`,
            'the running engine cancels it within a minute; without one, cancel it at the exchange',
          ),
        ]
      : unbooked(stop, pair, books);
  const isHeld = books.pairs.some((one) => one.symbol === symbol && one.cycle !== null);
  if (standing.type !== 'stranger' || status !== 'open') return [];
  if (!isHeld)
    return [
      finding(
        'INFO',
        'stops',
        symbol,
        `${nameOf(stop)} lies at the exchange, and these books do not know it: when it fires it sells coins of the account`,
        'cancel it at the exchange if it is not one of your own: mtrade may have placed it before a restore',
      ),
    ];
  return [
    finding(
      'WARN',
      'stops',
      symbol,
      `${nameOf(stop)} lies at the exchange, and these books do not know it: when it fires it may take coins of the position`,
      'cancel it at the exchange, or keep so many coins of your own beside the position',
    ),
  ];
}

/** A second stop that has sold: its trades carry no name of ours, so they are looked for by the order that it placed. */
function unbooked(stop: StopEvidence, { symbol, trades }: PairEvidence, { fills }: Books): Finding[] {
  const booked = new Set(fills.map(({ fill }) => `${fill.symbol} ${fill.tradeId}`));
  const missing = trades.filter(
    ({ exchangeOrderId, fill }) =>
      exchangeOrderId === stop.firedOrderId && !booked.has(`${symbol} ${fill.tradeId}`),
  );
  if (missing.length === 0) return [];
  return [
    finding(
      'CRITICAL',
      'stops',
      symbol,
      `${nameOf(stop)} has fired (order ${stop.firedOrderId}), and ${missing.length} of its trades are not in the ledger`,
      'start the engine, which books them; the ledger has too many coins until then',
    ),
  ];
}

/** Only where the list is whole: what it lacks is not there. */
function missingStops(
  { symbol, stops, problem }: PairEvidence,
  own: readonly Intent[],
  askedMs: number,
): Finding[] {
  if (problem !== null) return [];
  return own.flatMap(({ state, stop, createdMs }) => {
    const stopId = stop?.stopId ?? null;
    if (state !== 'LIVE' || stopId === null || createdMs > askedMs - GRACE_MS) return [];
    const seen = stops.find((one) => one.stopId === stopId);
    if (seen?.status === 'open') return [];
    const where = seen === undefined ? 'is not listed there' : `is ${seen.status} there`;
    const hasFired = seen !== undefined && seen.firedOrderId !== null;
    return [
      finding(
        hasFired ? 'WARN' : 'CRITICAL',
        'stops',
        symbol,
        `the books have stop ${stopId} at the exchange, and it ${where}`,
        hasFired
          ? 'the engine books what it has sold; start it when it does not run'
          : 'the running engine notices and places a new one within seconds; without one, start it, or place a stop by hand',
      ),
    ];
  });
}
