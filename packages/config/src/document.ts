import { LADDER_OPTIONS, type LadderValues, SECTIONS, TOP_OPTIONS, type ValuesOf } from './options.js';
import type { Option } from './option.js';
import { camel, type Table } from './tables.js';

type RawOf<T> = {
  readonly [K in keyof T]: T[K] extends Option<infer Raw, infer _Value> ? Raw : never;
};
type OptionalKeys = 'rest_url' | 'ws_url' | 'webhook_url' | 'telegram_chat_id' | 'file';
type RawSection<T> = Omit<RawOf<T>, OptionalKeys> & Partial<Pick<RawOf<T>, keyof T & OptionalKeys>>;

export interface PairDocument {
  /** Canonical `BASE/QUOTE`. */
  readonly symbol: string;
  readonly trade: boolean;
  readonly ladder?: Partial<RawOf<typeof LADDER_OPTIONS>>;
}

/**
 * The checked configuration as plain data: every default filled in, symbols canonical, amounts still text. It survives
 * JSON and a structured clone, so this is the form that crosses to worker threads.
 */
export type ConfigDocument = RawOf<typeof TOP_OPTIONS> & {
  readonly [K in keyof typeof SECTIONS]: RawSection<(typeof SECTIONS)[K]>;
} & { readonly ladder: RawOf<typeof LADDER_OPTIONS>; readonly pairs: readonly PairDocument[] };

export interface PairConfig {
  /** Canonical `BASE/QUOTE`. */
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  /** Permission at the first start; afterwards the database knows. */
  readonly trade: boolean;
  readonly ladder: LadderValues;
}

export type Mode = 'paper' | 'testnet' | 'live';

/** Null: that channel is not used. */
export type AlertsConfig = Omit<ValuesOf<(typeof SECTIONS)['alerts']>, 'webhookUrl' | 'telegramChatId'> & {
  readonly webhookUrl: string | null;
  readonly telegramChatId: string | null;
};

/** What the engine runs with. Amounts and percentages are exact decimals, times milliseconds. */
export interface MtradeConfig {
  readonly mode: Mode;
  /** Absolute. */
  readonly dataDir: string;
  readonly exchange: Omit<ValuesOf<(typeof SECTIONS)['exchange']>, 'restUrl' | 'wsUrl'> & {
    /** Null in paper mode unless given: the embedded exchange has its own address. */
    readonly restUrl: string | null;
    readonly wsUrl: string | null;
  };
  readonly paper: ValuesOf<(typeof SECTIONS)['paper']>;
  readonly engine: ValuesOf<(typeof SECTIONS)['engine']>;
  readonly control: ValuesOf<(typeof SECTIONS)['control']>;
  readonly alerts: AlertsConfig;
  readonly log: Omit<ValuesOf<(typeof SECTIONS)['log']>, 'file'> & {
    /** Null: stderr, or beside a screen a file in the data directory. */
    readonly file: string | null;
  };
  readonly backup: ValuesOf<(typeof SECTIONS)['backup']>;
  readonly pairs: readonly PairConfig[];
}

/** Base URLs of the two networks, from the exchange's API documentation. */
export const GATE_URLS = {
  live: { restUrl: 'https://api.gateio.ws/api/v4', wsUrl: 'wss://api.gateio.ws/ws/v4/' },
  testnet: {
    restUrl: 'https://api-testnet.gateapi.io/api/v4',
    wsUrl: 'wss://ws-testnet.gate.com/v4/ws/spot',
  },
} as const;

const valuesOf = (table: Table, raw: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(table).flatMap(([key, option]) =>
      raw[key] === undefined ? [] : [[camel(key), option.toValue(raw[key])]],
    ),
  );

function pairConfig(pair: PairDocument, defaults: ConfigDocument['ladder']): PairConfig {
  const [base = '', quote = ''] = pair.symbol.split('/');
  const ladder = valuesOf(LADDER_OPTIONS, { ...defaults, ...pair.ladder }) as unknown as LadderValues;
  return { symbol: pair.symbol, base, quote, trade: pair.trade, ladder };
}

const networkUrls = (document: ConfigDocument): { restUrl: string | null; wsUrl: string | null } => {
  const { mode, exchange } = document;
  if (exchange.rest_url !== undefined || exchange.ws_url !== undefined)
    return { restUrl: exchange.rest_url ?? null, wsUrl: exchange.ws_url ?? null };
  if (mode !== 'paper') return GATE_URLS[mode];
  return document.paper.feed === 'live' ? GATE_URLS.live : { restUrl: null, wsUrl: null };
};

/** Plain data to the engine's types. The document was checked before; a wrong one throws. */
export function configFromDocument(document: ConfigDocument): MtradeConfig {
  const section = (name: keyof typeof SECTIONS) => valuesOf(SECTIONS[name], document[name]);
  return {
    mode: document.mode,
    dataDir: document.data_dir,
    exchange: { ...section('exchange'), ...networkUrls(document) } as MtradeConfig['exchange'],
    paper: section('paper') as MtradeConfig['paper'],
    engine: section('engine') as MtradeConfig['engine'],
    control: section('control') as MtradeConfig['control'],
    alerts: { webhookUrl: null, telegramChatId: null, ...section('alerts') } as unknown as AlertsConfig,
    log: { file: null, ...section('log') } as MtradeConfig['log'],
    backup: section('backup') as MtradeConfig['backup'],
    pairs: document.pairs.map((pair) => pairConfig(pair, document.ladder)),
  };
}
