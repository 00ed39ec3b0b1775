/** What a condition is called, to people and to the receiver's rules. Stable: append only. */
export const CONDITIONS = {
  'pair.attention': 'a pair needs a human',
  'order.unknown': 'the outcome of an order stays unknown',
  'order.quarantined': 'an order cannot be resolved',
  'order.trades-missing': 'the trades of an accepted order do not come',
  'order.self-trade': 'two orders of this account would have traded with each other',
  'order.late-fill': 'an order traded after its end',
  'account.foreign-engine': 'another installation of mtrade trades on this account',
  'account.orphan': 'the account has orders of mtrade that the books do not know',
  'account.not-reconciled': 'the account cannot be compared with the books',
  'position.unprotected': 'a position has no protective stop',
  'stop.lost': 'a protective stop was lost',
  'stop.duplicate': 'a second stop lay on the exchange',
  'position.rolled-back': 'a position is sold because it cannot be protected',
  'stop.unknown': 'a stop that the books do not know may sell coins of a position',
  'worker.restarted': 'a thread of the engine died and was started again',
  'feed.disconnected': 'no prices come from the exchange',
  'pair.blind': 'the price stream of a pair cannot be relied on',
  'price.unconfirmed': 'a price has jumped and nothing confirms it',
  'exchange.unreachable': 'the account at the exchange cannot be read',
  'exchange.paused': 'the exchange wants no requests for a while',
  'exchange.key-refused': 'the exchange refuses the API key',
  'clock.uncertain': 'the exchange clock is not known well enough to send orders',
  'disk.low': 'the disk of the data directory is nearly full',
  'backup.failed': 'the automatic backup failed',
  'engine.fatal': 'the engine has stopped with an error',
} as const;
export type Condition = keyof typeof CONDITIONS;

/** One message to a human. Plain data; `text` carries no secret and no control character. */
export interface Alert {
  /** The same for the first message and the one that says it is over; a receiver can tell a repeated delivery. */
  readonly id: string;
  readonly status: 'raised' | 'resolved' | 'test';
  readonly condition: Condition | 'test';
  readonly symbol: string | null;
  readonly text: string;
  readonly epochMs: number;
  /** When the condition began. */
  readonly sinceMs: number;
}

/** The same engine seen from outside: which one is talking. */
export interface AlertSource {
  readonly host: string;
  readonly mode: string;
  readonly exchange: string;
  readonly dataDir: string;
  readonly version: string;
}

/** The body that webhook and command get; fields are added, never changed. */
export const alertBody = (alert: Alert, source: AlertSource): string =>
  JSON.stringify({
    schema: 1,
    id: alert.id,
    status: alert.status,
    condition: alert.condition,
    symbol: alert.symbol,
    text: headline(alert, source),
    message: alert.text,
    time: new Date(alert.epochMs).toISOString(),
    since: new Date(alert.sinceMs).toISOString(),
    host: source.host,
    mode: source.mode,
    exchange: source.exchange,
    data_dir: source.dataDir,
    version: source.version,
  });

/** One line, for a chat or a screen. */
export function headline(alert: Alert, { host, mode }: AlertSource): string {
  const mark = { raised: 'ALERT', resolved: 'resolved', test: 'test' }[alert.status];
  const pair = alert.symbol === null ? '' : ` ${alert.symbol}`;
  return `[mtrade ${mode} ${host}] ${mark}${pair}: ${alert.text}`;
}
