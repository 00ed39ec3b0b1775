import { type EpochMs, errorText } from '@mtrade/base';
import type { Balances, Listing, OwnTrade, StopEvidence } from '@mtrade/engine';
import type { AccountReader, OrderRow } from '@mtrade/venue';

/** What the exchange says about one pair. With a `problem` it said less than was asked: absence then proves nothing. */
export interface PairEvidence {
  readonly symbol: string;
  readonly openOrders: readonly OrderRow[];
  readonly finishedOrders: readonly OrderRow[];
  readonly trades: readonly OwnTrade[];
  /** Open stops, and those that ended since the beginning of the evidence; whoever made them. */
  readonly stops: readonly StopEvidence[];
  readonly problem: string | null;
}

export interface AccountEvidence {
  /** Trades and finished orders were asked for from here on. */
  readonly fromMs: EpochMs;
  /** When the first question was asked, by our clock: what happened since may be in it or not. */
  readonly askedMs: EpochMs;
  readonly pairs: readonly PairEvidence[];
  /** Null when they could not be read; see `balanceProblem`. */
  readonly balances: Balances | null;
  readonly balanceProblem: string | null;
}

/** Asks for one pair after the other; never rejects, every failure is told as one. */
export async function gatherEvidence(
  reader: AccountReader,
  symbols: readonly string[],
  { fromMs, askedMs }: { readonly fromMs: EpochMs; readonly askedMs: EpochMs },
): Promise<AccountEvidence> {
  let balances: Balances | null = null;
  let balanceProblem: string | null = null;
  try {
    balances = await reader.balances();
  } catch (error) {
    balanceProblem = errorText(error);
  }
  const pairs: PairEvidence[] = [];
  for (const symbol of symbols) pairs.push(await evidenceOf(reader, symbol, fromMs));
  // Last: a stop that has fired since is over in here, and its trades are newer than everything above.
  const stops = symbols.length === 0 ? { rows: [], missing: null } : await reader.stops(fromMs);
  return { fromMs, askedMs, pairs: pairs.map((pair) => withStops(pair, stops)), balances, balanceProblem };
}

function withStops(pair: PairEvidence, { rows, missing }: Listing<StopEvidence>): PairEvidence {
  const problem = missing === null ? [] : [`stops: ${missing}`];
  return {
    ...pair,
    stops: rows.filter(({ symbol }) => symbol === pair.symbol),
    problem: [...(pair.problem === null ? [] : [pair.problem]), ...problem].join('; ') || null,
  };
}

/** In the order in which an order moves: open, finished, traded. Read at once, one on its way could be missed. */
async function evidenceOf(reader: AccountReader, symbol: string, fromMs: EpochMs): Promise<PairEvidence> {
  const open = await reader.openOrders(symbol);
  const finished = await reader.finishedOrders(symbol, fromMs);
  const trades = await reader.trades(symbol, fromMs);
  const problems = [
    ['open orders', open.missing],
    ['finished orders', finished.missing],
    ['own trades', trades.missing],
  ].flatMap(([what, missing]) => (missing === null ? [] : [`${what}: ${missing}`]));
  return {
    symbol,
    openOrders: open.rows,
    finishedOrders: finished.rows,
    trades: trades.rows,
    stops: [],
    problem: problems.length === 0 ? null : problems.join('; '),
  };
}
