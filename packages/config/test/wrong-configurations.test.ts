import { describe, expect, test } from 'vitest';
import { FILE, type Given, ONE_PAIR, refusal } from './helpers.js';

interface Wrong {
  readonly what: string;
  readonly given: Given;
  /** Where and which key: the beginning of the line. */
  readonly names: string;
  readonly says: string | RegExp;
}

const inFile = (what: string, toml: string, key: string, says: string | RegExp): Wrong => ({
  what,
  given: { toml },
  names: `${FILE}: ${key}: `,
  says,
});

const WRONG: readonly Wrong[] = [
  inFile(
    'an unknown key',
    '[engine]\ndebounc_ms = 5',
    'engine.debounc_ms',
    'did you mean engine.debounce_ms?',
  ),
  inFile('a key in the wrong table', 'debounce_ms = 5', 'debounce_ms', 'did you mean engine.debounce_ms?'),
  inFile(
    'the older name of a key',
    '[ladder]\nstart_volume = "3"',
    'ladder.start_volume',
    'did you mean ladder.base_order?',
  ),
  inFile('an unknown table', '[enginee]\na = 1', 'enginee', 'did you mean engine?'),
  inFile('two letters that changed places', 'mdoe = "live"', 'mdoe', 'did you mean mode?'),
  inFile('the beginning of a key', '[engine]\ndebounc = 5', 'engine.debounc', 'engine.debounce_ms?'),
  inFile('a key that is near none', '[engine]\nfoo = 1', 'engine.foo', /unknown key; `mtrade config schema`/),
  inFile('a table that is near none', '[foo]\na = 1', 'foo', /unknown key; `mtrade config schema`/),
  inFile('no pair at all', 'pairs = []', 'pairs', /headed \[\[pairs\]\], .*got none/),
  inFile('an unknown key of a pair', `${ONE_PAIR}tade = true`, 'pairs[0].tade', 'did you mean pairs.trade?'),
  // `ladder.stop_loss_pct` would have changed every pair.
  inFile(
    'a ladder key beside the symbol',
    `${ONE_PAIR}stop_loss_pct = "3"`,
    'pairs[0].stop_loss_pct',
    'ladder = { stop_loss_pct = ... } below its symbol',
  ),
  inFile('a prototype as a key', '[ladder]\n__proto__ = "1"', 'ladder.__proto__', 'unknown key'),
  inFile(
    'a secret in the file',
    '[exchange]\napi_secret = "x"',
    'exchange.api_secret',
    'MTRADE_API_SECRET_FILE',
  ),
  inFile(
    'a word for a number',
    '[engine]\ndebounce_ms = "fast"',
    'engine.debounce_ms',
    'from 1 to 60000 (ms), got "fast"',
  ),
  inFile(
    'an amount with 41 digits after the point',
    `[ladder]\nbase_order = "0.${'1'.repeat(41)}"`,
    'ladder.base_order',
    '(it has 41 digits after the point; 18 are the most)',
  ),
  inFile(
    'an amount with 41 digits before the point',
    `[paper]\nbalances = { USDT = "${'1'.repeat(41)}" }`,
    'paper.balances.USDT',
    '(it has 41 digits before the point; 15 are the most)',
  ),
  inFile('a fraction for a whole number', '[ladder]\nsafety_orders = 1.5', 'ladder.safety_orders', 'got 1.5'),
  inFile('a negative number', '[engine]\ncycle_pause_ms = -1', 'engine.cycle_pause_ms', 'got -1'),
  inFile('zero', '[paper]\nspeed = 0', 'paper.speed', 'above 0'),
  inFile('NaN', '[engine]\nstale_after_ms = nan', 'engine.stale_after_ms', 'got nan'),
  inFile('infinity', '[paper]\nspeed = inf', 'paper.speed', 'got inf'),
  inFile('1e308', '[engine]\nurgent_queue_size = 1e308', 'engine.urgent_queue_size', 'from 1 to 10000'),
  inFile('1e308 as an amount', '[ladder]\nbase_order = "1e308"', 'ladder.base_order', 'got "1e308"'),
  inFile(
    'an amount without quotes',
    '[ladder]\nbase_order = 3',
    'ladder.base_order',
    'put it in quotes: base_order = "3"',
  ),
  inFile('a negative amount', '[ladder]\nreserve = "-1"', 'ladder.reserve', 'not below 0'),
  inFile('a base order of zero', '[ladder]\nbase_order = "0.00"', 'ladder.base_order', 'above 0'),
  inFile('NaN as a percentage', '[ladder]\nstep_pct = "NaN"', 'ladder.step_pct', 'got "NaN"'),
  inFile('an unknown mode', 'mode = "papr"', 'mode', 'one of "paper", "testnet", "live"'),
  inFile('another exchange', '[exchange]\nid = "binance"', 'exchange.id', 'only Gate.io spot is supported'),
  inFile(
    'a flag that is none',
    '[engine]\nsell_when_forbidden = "yes"',
    'engine.sell_when_forbidden',
    'true or false',
  ),
  inFile('a number for a table', 'engine = 3', 'engine', 'headed [engine]'),
  inFile('a relative data directory', 'data_dir = "data"', 'data_dir', 'an absolute path'),
  inFile('an open port to the world', '[control]\nlisten = "0.0.0.0:5000"', 'control.listen', 'loopback'),
  inFile(
    'a port that does not exist',
    '[control]\nlisten = "127.0.0.1:70000"',
    'control.listen',
    'no port 70000: they go from 0, which is any free one, to 65535',
  ),
  inFile('an unknown feed', '[paper]\nfeed = "recording:"', 'paper.feed', 'needs a path'),
  inFile('a recording that is not there', '[paper]\nfeed = "recording:gone"', 'paper.feed', '/etc/test/gone'),
  inFile('a balance without quotes', '[paper]\nbalances = { USDT = 5 }', 'paper.balances.USDT', 'USDT = "5"'),
  inFile(
    'a coin that is none',
    '[paper]\nbalances = { "us dt" = "5" }',
    'paper.balances."us dt"',
    'coin names',
  ),
  inFile('no pairs', 'pairs = []', 'pairs', 'at least one'),
  inFile('a pair without a symbol', '[[pairs]]\ntrade = true', 'pairs[0].symbol', 'missing'),
  inFile('a symbol that is no pair', '[[pairs]]\nsymbol = "ETH"', 'pairs[0].symbol', 'BASE/QUOTE'),
  inFile(
    'a pair twice under two names',
    `${ONE_PAIR}${ONE_PAIR.replace('/', '_')}`,
    'pairs[1].symbol',
    'ETH/USDT is already pairs[0]',
  ),
  inFile(
    'a wrong override of a pair',
    `${ONE_PAIR}[pairs.ladder]\nbase_order = "x"`,
    'pairs[0].ladder.base_order',
    'got "x"',
  ),
  inFile('live mode without pairs', 'mode = "live"', 'pairs', '[[pairs]]'),
  inFile(
    'half an override of the network',
    `mode = "live"\n${ONE_PAIR}[exchange]\nrest_url = "http://127.0.0.1:1/api/v4"`,
    'exchange.ws_url',
    'give both',
  ),
  inFile(
    'the live network in testnet mode (scenario 61)',
    `mode = "testnet"\n${ONE_PAIR}[exchange]\nrest_url = "https://api.gateio.ws/api/v4"\nws_url = "wss://x.example/"`,
    'exchange.rest_url',
    'live network',
  ),
  inFile(
    'the test network in live mode (C09)',
    `mode = "live"\n${ONE_PAIR}[exchange]\nrest_url = "https://api-testnet.gateapi.io/api/v4"\nws_url = "wss://x.example/"`,
    'exchange.rest_url',
    'testnet network',
  ),
  inFile(
    'a URL with a password',
    `[exchange]\nrest_url = "https://u:p@x.example"`,
    'exchange.rest_url',
    'password',
  ),
  {
    what: 'malformed TOML',
    given: { toml: 'mode = "paper"\nengine = [1\n' },
    names: `${FILE}:3:1: `,
    says: 'not valid TOML',
  },
  {
    what: 'a key given twice',
    given: { toml: 'mode = "paper"\nmode = "live"' },
    names: `${FILE}:2:`,
    says: 'not valid TOML',
  },
  {
    what: 'an unknown key in the environment',
    given: { env: { MTRADE__ENGINE__DEBOUNC_MS: '5' } },
    names: 'environment variable MTRADE__ENGINE__DEBOUNC_MS: engine.debounc_ms: ',
    says: 'did you mean engine.debounce_ms?',
  },
  {
    what: 'a wrong value in the environment',
    given: { env: { MTRADE__ENGINE__DEBOUNCE_MS: '50ms' } },
    names: 'environment variable MTRADE__ENGINE__DEBOUNCE_MS: engine.debounce_ms: ',
    says: 'got "50ms"',
  },
  {
    what: 'an override of a pair that is not configured',
    given: { toml: ONE_PAIR, env: { MTRADE__PAIRS__BTC_USDT__TRADE: 'true' } },
    names: 'environment variable MTRADE__PAIRS__BTC_USDT__TRADE: ',
    says: 'no such pair',
  },
  {
    what: 'a file that is not there',
    given: { env: { MTRADE_CONFIG: 'gone.toml' } },
    names: '/cwd/gone.toml: ',
    says: 'no such file',
  },
];

describe('a wrong configuration is refused in one clear line (scenario 60, C01-C03, C05)', () => {
  test.each(WRONG)('$what', ({ given, names, says }) => {
    const error = refusal(given);

    expect(error.exitCode).toBe(78);
    expect(error.code).toBe('MTRADE_CONFIG');
    expect(error.message.split('\n')).toHaveLength(1);
    expect(error.message.startsWith(names)).toBe(true);
    expect(error.message).toMatch(says);
  });

  test('all problems are told at once', () => {
    const error = refusal({
      toml: 'mode = "x"\n[engine]\nfoo = 1\ndebounce_ms = 0\n[[pairs]]\nsymbol = "E"\n',
      env: { MTRADE__NOPE: '1' },
    });

    const keys = error.message.split('\n').map((line) => line.split(': ')[1]);
    expect(keys.sort()).toEqual(['engine.debounce_ms', 'engine.foo', 'mode', 'nope', 'pairs[0].symbol']);
  });

  test('a hostile key or value cannot reach the terminal raw (S15)', () => {
    const error = refusal({ toml: '"\\u001b[2J" = 1\nmode = "\\u001b[31m"' });

    expect(error.message).not.toContain('\u001b');
  });
});

describe('the judgement of the trading rules', () => {
  const checkLadder = () => ({
    problems: ['rows 3 lie 100 % or more below the start price'],
    warnings: ['careful'],
  });

  test('a ladder that falls below zero is refused, naming where it stands (scenario 14)', () => {
    const error = refusal({ toml: `${ONE_PAIR}[pairs.ladder]\nstep_pct = "40"\n`, checkLadder });

    expect(error.exitCode).toBe(78);
    expect(error.message).toBe(
      `${FILE}: pairs[0].ladder (ETH/USDT): rows 3 lie 100 % or more below the start price`,
    );
  });

  test('ladders that are the same are judged once', () => {
    const error = refusal({ checkLadder });

    expect(error.message).toBe('built-in defaults: ladder: rows 3 lie 100 % or more below the start price');
  });
});
