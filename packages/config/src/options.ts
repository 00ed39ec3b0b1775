import type { QuoteAmount } from '@mtrade/money';
import {
  amountsByCoin,
  choice,
  decimalText,
  factor,
  flag,
  type Option,
  shaped,
  textList,
  whole,
} from './option.js';
import {
  parseAlertUrl,
  parseChatId,
  parseDirectory,
  parseFeed,
  parseListen,
  parseRestUrl,
  parseSize,
  parseWsUrl,
} from './shapes.js';

/**
 * The one table of options. File schema, defaults, environment overrides, error messages, JSON schema, documentation
 * and the type of the configuration are all made from it; a new option is one entry here.
 */
export const TOP_OPTIONS = {
  mode: choice(['paper', 'testnet', 'live'], {
    default: 'paper',
    help: 'Paper trades against an exchange that is built in; testnet and live trade on the exchange itself.',
  }),
  data_dir: shaped({
    help: 'Directory of the database, the lock and the control socket. `--data-dir` comes before it. Without either: the STATE_DIRECTORY of systemd, else mtrade in the XDG data directory.',
    expects: 'an absolute path',
    parse: parseDirectory,
  }),
} as const;

export const SECTIONS = {
  exchange: {
    id: choice(['gate'], {
      default: 'gate',
      help: 'The exchange, by its ccxt id.',
      advice: (raw) =>
        typeof raw === 'string' ? 'only Gate.io spot is supported so far; other exchanges are not' : null,
    }),
    rest_url: shaped({
      help: 'Base URL of the REST API. In testnet and live mode give it together with ws_url, or neither: both must be of one network.',
      expects: 'a URL such as "https://api.gateio.ws/api/v4"',
      parse: parseRestUrl,
    }),
    ws_url: shaped({
      help: 'URL of the WebSocket API.',
      expects: 'a URL such as "wss://api.gateio.ws/ws/v4/"',
      parse: parseWsUrl,
    }),
    allow_withdrawal_key: flag({
      default: false,
      help: 'Trade live with an API key that may also withdraw or transfer coins. Without it such a key is refused at the start: whoever steals it could empty the account.',
    }),
    fee_pct: decimalText({
      default: '0.2',
      min: '0',
      max: '10',
      unit: '% of a trade',
      help: 'Taker fee, for displays and checks until the exchange has told the real one.',
    }),
  },
  paper: {
    feed: shaped({
      default: 'simulated',
      help: 'Prices of the embedded exchange: simulated, live (the public feed relayed, paper fills), or recording:<path>; a relative path counts from the directory of the configuration file.',
      expects: '"simulated", "live" or "recording:<path>"',
      parse: parseFeed,
    }),
    speed: factor({
      default: 1,
      above: 0,
      max: 1_000_000,
      unit: 'times real time',
      help: 'How fast a recording is replayed.',
    }),
    balances: amountsByCoin({
      default: { USDT: '10000' },
      unit: 'coins',
      help: 'What the paper account holds at its first start.',
    }),
    seed: whole({
      default: 1,
      min: 0,
      max: 4_294_967_295,
      help: 'Seed of the simulated prices; the same seed gives the same market.',
    }),
  },
  engine: {
    debounce_ms: whole({
      default: 100,
      min: 1,
      max: 60_000,
      unit: 'ms',
      help: 'After a pair was processed, price changes that cross none of its levels wait this long (useful: 50-200), ten times as long while it waits for nothing but its levels.',
    }),
    urgent_queue_size: whole({
      default: 100,
      min: 1,
      max: 10_000,
      unit: 'pairs',
      help: 'Capacity of the urgent queue; what does not fit is counted and comes in turn.',
    }),
    max_urgent_per_cycle: whole({
      default: 5,
      min: 1,
      max: 1_000,
      unit: 'pairs',
      help: 'Urgent pairs served before the next pair of the round (useful: 3-10).',
    }),
    cycle_pause_ms: whole({
      default: 500,
      min: 1,
      max: 60_000,
      unit: 'ms',
      help: 'Longest sleep of the cycler when nothing is urgent; never more than a second.',
    }),
    stale_after_ms: whole({
      default: 5_000,
      min: 100,
      max: 3_600_000,
      unit: 'ms',
      help: 'A price older than this is never traded on.',
    }),
    max_jump_pct: whole({
      default: 30,
      min: 1,
      max: 10_000,
      unit: '%',
      help: 'A price that jumps further than this from one frame to the next is not traded on until it is confirmed: by another source, or by standing for two seconds.',
    }),
    max_stop_outs: whole({
      default: 3,
      min: 0,
      max: 1_000,
      unit: 'cycles',
      help: 'After so many cycles of a pair in a row that its protective stop has ended with a loss, the pair buys nothing until `mtrade resume`. 0: never.',
    }),
    sell_when_forbidden: flag({
      default: true,
      help: 'Whether an open position may still be sold after its pair was forbidden. Buys are never sent then.',
    }),
    request_deadline_ms: whole({
      default: 5_000,
      min: 100,
      max: 120_000,
      unit: 'ms',
      help: 'Longest wait for a whole answer of the exchange; after it the outcome of an order is unknown and looked up.',
    }),
    order_expiry_ms: whole({
      default: 3_000,
      min: 100,
      max: 60_000,
      unit: 'ms',
      help: 'The exchange itself refuses an order that reaches it later than this after it was decided.',
    }),
  },
  control: {
    listen: shaped({
      default: '127.0.0.1:5000',
      help: 'Loopback address of the HTTP API. Port 0 takes any free port; the real address is in control.json of the data directory, where the Unix socket control.sock always is.',
      expects: 'a loopback address such as "127.0.0.1:5000"',
      parse: parseListen,
    }),
  },
  alerts: {
    webhook_url: shaped({
      help: 'Each alert is sent there as a signed POST. The signing key is a secret and stands elsewhere: MTRADE_ALERT_WEBHOOK_SECRET_FILE.',
      expects: 'a URL such as "https://alerts.example.org/mtrade"',
      parse: parseAlertUrl,
    }),
    telegram_chat_id: shaped({
      help: "Each alert is sent to this chat by a Telegram bot. The bot's token is a secret and stands elsewhere: MTRADE_ALERT_TELEGRAM_TOKEN_FILE.",
      expects: 'the number of a chat, or the name of a channel, such as "-1001234567890" or "@my_channel"',
      parse: parseChatId,
    }),
    telegram_url: shaped({
      default: 'https://api.telegram.org',
      help: 'Base URL of the Bot API, for a Bot API server of your own.',
      expects: 'a URL such as "https://api.telegram.org"',
      parse: parseAlertUrl,
    }),
    command: textList({
      default: [],
      max: 64,
      help: 'A program that is started for each alert and gets it as JSON on its standard input; the first entry is its absolute path. It inherits no secrets. Empty: none.',
      expects: 'a list of words such as ["/usr/local/bin/page-me", "--urgent"]',
    }),
    allow_private: flag({
      default: false,
      help: 'Let alerts go to addresses inside a network (10.x, 192.168.x, fc00::, ...) and over plain http. Without it only https to public addresses is used, or this machine itself.',
    }),
    timeout_ms: whole({
      default: 10_000,
      min: 100,
      max: 120_000,
      unit: 'ms',
      help: 'One attempt to deliver an alert is given up after this long.',
    }),
    attempts: whole({
      default: 6,
      min: 1,
      max: 20,
      help: 'An alert is given up on a channel after so many attempts, with growing waits between them.',
    }),
    queue_size: whole({
      default: 100,
      min: 1,
      max: 10_000,
      unit: 'alerts',
      help: 'Alerts that may wait on one channel; the oldest is dropped, and counted, when one more comes.',
    }),
    max_per_minute: whole({
      default: 20,
      min: 1,
      max: 1_000,
      unit: 'alerts',
      help: 'No channel gets more than this in a minute; the rest waits in its queue.',
    }),
    unknown_after_s: whole({
      default: 60,
      min: 1,
      max: 86_400,
      unit: 's',
      help: 'The outcome of an order may be unknown this long before that is an alert.',
    }),
    disconnected_after_s: whole({
      default: 30,
      min: 1,
      max: 86_400,
      unit: 's',
      help: 'The price feed, the account or the clock of the exchange may be out of reach this long before that is an alert.',
    }),
  },
  log: {
    level: choice(['debug', 'info', 'warn', 'error', 'silent'], {
      default: 'info',
      help: 'Least level that is logged; `--log-level` comes before it.',
    }),
    file: shaped({
      help: 'The log is appended to this file; `--log-file` comes before it. Without it: stderr, which is the journal in a service, or data_dir/mtrade.log while the screen is shown on a terminal.',
      expects: 'an absolute path',
      parse: parseDirectory,
    }),
    max_size: shaped({
      default: '20MB',
      help: 'A log file that has grown to this is set aside as FILE.1, and a new one begun.',
      expects: 'a size such as "512kB", "20MB" or "1GB", at least 10kB',
      parse: parseSize,
    }),
    keep: whole({
      default: 5,
      min: 1,
      max: 100,
      unit: 'files',
      help: 'So many files that were set aside are kept, FILE.1 is the newest.',
    }),
  },
  backup: {
    every_hours: whole({
      default: 24,
      min: 0,
      max: 8_760,
      unit: 'h',
      help: 'The running engine copies its books into data_dir/backups this often. 0: never.',
    }),
    keep: whole({
      default: 7,
      min: 1,
      max: 10_000,
      unit: 'files',
      help: 'So many of these copies are kept, the newest; also of those that `mtrade backup` makes there.',
    }),
    first_after_s: whole({
      default: 60,
      min: 1,
      max: 86_400,
      unit: 's',
      help: 'A copy that is due at a start is made this long after it.',
    }),
  },
} as const;

/** Defaults for every pair stand in `[ladder]`, exceptions in `[pairs.ladder]`. */
export const LADDER_OPTIONS = {
  base_order: decimalText({
    default: '3',
    above: '0',
    unit: 'quote',
    help: 'Spent on row 0, the start of a cycle.',
    formerly: 'start_volume',
  }),
  safety_orders: whole({
    default: 16,
    min: 0,
    max: 100,
    help: 'Index of the last row: this many averaging buys at most.',
    formerly: 'steps',
  }),
  step_pct: decimalText({
    default: '3.65',
    above: '0',
    max: '100',
    unit: '% points of the start price',
    help: 'Drop from one row to the next.',
    formerly: 'target_r',
  }),
  step_growth_pct: decimalText({
    default: '0',
    min: '0',
    max: '100',
    unit: '% points',
    help: 'Extra drop per row: row k drops k times this more.',
    formerly: 'rk',
  }),
  volume_mode: choice(['fixed', 'geometric', 'martingale'], {
    default: 'geometric',
    help: 'How purchases grow: all equal, by volume_scale, or doubled.',
    formerly: 'rebuy_mode',
  }),
  volume_scale: decimalText({
    default: '2',
    above: '0',
    max: '100',
    unit: 'times',
    help: 'Each purchase is this many times the one before, in geometric mode.',
    formerly: 'geom_multiplier',
  }),
  take_profit_pct: decimalText({
    default: '0.6',
    above: '0',
    max: '1000',
    unit: '% points',
    help: 'Profit target over the average price of the buys, fees left out; a sale never goes below break-even after fees.',
    formerly: 'pprof',
  }),
  take_profit_decay_pct: decimalText({
    default: '0.02',
    min: '0',
    max: '1000',
    unit: '% points per row',
    help: 'The target shrinks by this much with each row.',
    formerly: 'kprof',
  }),
  stop_loss_pct: decimalText({
    default: '0',
    min: '0',
    max: '99.99',
    unit: '% of the average cost',
    help: 'A stop on the exchange sells the whole position this far below its average cost (what the held coins have cost, the fees of the buys included, that of the sale not); it follows the averaging buys. 0: no stop.',
  }),
  book_level_step: decimalText({
    default: '0',
    min: '0',
    max: '100',
    unit: 'levels per row',
    help: 'Deeper rows look at deeper levels of the order book: row k at level k times this + 1, rounded half up.',
    formerly: 'orderbook_level',
  }),
  reserve: decimalText({
    default: '0',
    min: '0',
    unit: 'quote',
    help: 'Quote that is never spent.',
    formerly: 'keep',
  }),
} as const;

export type SectionName = keyof typeof SECTIONS;

type Camel<S extends string> = S extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<Camel<Tail>>}`
  : S;

/** The values of a table: keys in camel case, amounts as exact decimals. */
export type ValuesOf<T> = {
  readonly [K in keyof T & string as Camel<K>]: T[K] extends Option<infer _Raw, infer Value> ? Value : never;
};

/** Structurally the `LadderParams` of the trading rules, with the brands of money on its amounts. */
export type LadderValues = Omit<ValuesOf<typeof LADDER_OPTIONS>, 'baseOrder' | 'reserve'> & {
  readonly baseOrder: QuoteAmount;
  readonly reserve: QuoteAmount;
};
