import { text } from '@mtrade/money';
import { configFromDocument, configTemplate, configToml } from '@mtrade/config';
import { describe, expect, test } from 'vitest';
import { FILE, ONE_PAIR, resolve } from './helpers.js';

describe('built-in defaults', () => {
  test('without any file sixteen permitted pairs trade in paper mode', () => {
    const { config, source, warnings } = resolve({});

    expect(source.file).toBeNull();
    expect(warnings).toEqual([]);
    expect(config.mode).toBe('paper');
    expect(config.paper.feed).toEqual({ kind: 'simulated' });
    expect(config.pairs.map((pair) => pair.base).join(' ')).toBe(
      'ADA ATOM AVAX BNB BTC DOGE DOT EOS ETH LINK LTC MATIC SOL TRX UNI XRP',
    );
    expect(config.pairs.every((pair) => pair.trade && pair.quote === 'USDT')).toBe(true);
    expect(config.exchange).toMatchObject({ restUrl: null, wsUrl: null });
  });

  test('a pair in a file is not permitted unless it says so (scenario 32)', () => {
    const { config, warnings } = resolve({ toml: ONE_PAIR });

    expect(config.pairs).toMatchObject([{ symbol: 'ETH/USDT', trade: false }]);
    expect(warnings.join()).toContain('no pair has trade = true');
  });

  test('live and testnet have the addresses of their own network', () => {
    const urls = (mode: string) => resolve({ toml: `mode = "${mode}"\n${ONE_PAIR}` }).config.exchange;

    expect(urls('live')).toMatchObject({
      restUrl: 'https://api.gateio.ws/api/v4',
      wsUrl: 'wss://api.gateio.ws/ws/v4/',
    });
    expect(urls('testnet').restUrl).toContain('testnet');
    expect(urls('testnet').wsUrl).toContain('testnet');
  });
});

describe('where the configuration comes from', () => {
  const mode = (name: string) => `mode = "${name}"\n${ONE_PAIR}`;
  const home = '/home/trader/.config/mtrade/mtrade.toml';
  const files = {
    '/cwd/mtrade.toml': mode('live'),
    [home]: mode('testnet'),
    '/cwd/other.toml': mode('paper'),
  };

  test('the working directory comes before the home directory before /etc', () => {
    expect(resolve({ files }).source.file).toBe('/cwd/mtrade.toml');
    expect(
      resolve({ files: { [home]: mode('live'), '/etc/mtrade/mtrade.toml': mode('live') } }).source.file,
    ).toBe(home);
    expect(resolve({ files: { '/etc/mtrade/mtrade.toml': mode('live') } }).source.file).toBe(
      '/etc/mtrade/mtrade.toml',
    );
  });

  test('MTRADE_CONFIG comes before them, --config before that', () => {
    const env = { MTRADE_CONFIG: 'other.toml' };

    expect(resolve({ files, env }).source.file).toBe('/cwd/other.toml');
    expect(resolve({ files, env, toml: ONE_PAIR }).source.file).toBe(FILE);
  });

  test('XDG_CONFIG_HOME moves the home directory, and is ignored when it is relative', () => {
    const moved = { '/xdg/mtrade/mtrade.toml': mode('live') };

    expect(resolve({ files: moved, env: { XDG_CONFIG_HOME: '/xdg' } }).source.file).toBe(
      '/xdg/mtrade/mtrade.toml',
    );
    expect(resolve({ files, env: { XDG_CONFIG_HOME: 'xdg' } }).source.file).toBe('/cwd/mtrade.toml');
  });

  test('the data directory is the one of systemd, else of XDG', () => {
    const dataDir = (env: Record<string, string>) => resolve({ env }).config.dataDir;

    expect(dataDir({})).toBe('/home/trader/.local/share/mtrade');
    expect(dataDir({ XDG_DATA_HOME: '/xdg' })).toBe('/xdg/mtrade');
    expect(dataDir({ XDG_DATA_HOME: '/xdg', STATE_DIRECTORY: '/var/lib/mtrade:/other' })).toBe(
      '/var/lib/mtrade',
    );
    expect(dataDir({ STATE_DIRECTORY: '/var/lib/mtrade', MTRADE__DATA_DIR: '/mine' })).toBe('/mine');
  });

  test('a recording is found from the directory of the file that names it', () => {
    const recordings = { '/etc/test/candles': '', '/cwd/candles': '' };
    const feed = 'recording:candles';

    expect(resolve({ files: recordings, toml: `[paper]\nfeed = "${feed}"` }).config.paper.feed).toEqual({
      kind: 'recording',
      path: '/etc/test/candles',
    });
    expect(resolve({ files: recordings, env: { MTRADE__PAPER__FEED: feed } }).config.paper.feed).toEqual({
      kind: 'recording',
      path: '/cwd/candles',
    });
  });
});

describe('overrides from the environment', () => {
  test('beat the file, and say where they came from', () => {
    const { config, source } = resolve({
      toml: `${ONE_PAIR}[engine]\ndebounce_ms = 70\n`,
      env: {
        MTRADE__ENGINE__DEBOUNCE_MS: '50',
        MTRADE__ENGINE__SELL_WHEN_FORBIDDEN: 'false',
        MTRADE__LADDER__STEP_PCT: '1.5',
        MTRADE__PAPER__BALANCES__BTC: '0.5',
        MTRADE__PAIRS__ETH_USDT__TRADE: 'true',
        MTRADE__PAIRS__ETHUSDT__LADDER__BASE_ORDER: '12.5',
      },
    });

    expect(config.engine).toMatchObject({ debounceMs: 50, sellWhenForbidden: false });
    expect(text(config.paper.balances['BTC'] ?? ({} as never))).toBe('0.5');
    const [pair] = config.pairs;
    expect(pair?.trade).toBe(true);
    expect([pair?.ladder.stepPct, pair?.ladder.baseOrder].map(String)).toEqual(['1.5', '12.5']);
    expect(source.overrides['engine.debounce_ms']).toBe('MTRADE__ENGINE__DEBOUNCE_MS');
  });

  test('a mode from the environment decides whether the built-in pairs apply', () => {
    expect(() => resolve({ env: { MTRADE__MODE: 'live' } })).toThrow(/pairs: missing/);
  });
});

describe('one pair, one name (scenario 62)', () => {
  test.each(['ETH/USDT', 'ETH_USDT', 'ETHUSDT', 'ETH-USDT', 'eth/usdt'])('%s is ETH/USDT', (symbol) => {
    expect(resolve({ toml: `[[pairs]]\nsymbol = "${symbol}"` }).config.pairs[0]?.symbol).toBe('ETH/USDT');
  });

  test('a quote coin that ends like another one is read whole', () => {
    const symbols = ['BTCFDUSD', 'ETHBTC', 'USDCUSDT', 'BTCUSD'].map(
      (symbol) => `[[pairs]]\nsymbol = "${symbol}"\n`,
    );

    expect(resolve({ toml: symbols.join('') }).config.pairs.map((pair) => pair.symbol)).toEqual([
      'BTC/FDUSD',
      'ETH/BTC',
      'USDC/USDT',
      'BTC/USD',
    ]);
  });
});

describe('forms of the configuration', () => {
  test('pairs override single keys of [ladder], exactly', () => {
    const { config } = resolve({
      toml: `[ladder]\nbase_order = "0.1"\nsafety_orders = 4\n[[pairs]]\nsymbol = "ETH/USDT"\n[pairs.ladder]\nbase_order = "10.000000000000000001"\n`,
    });

    expect(config.pairs[0]?.ladder.safetyOrders).toBe(4);
    expect(config.pairs[0]?.ladder.baseOrder.toFixed()).toBe('10.000000000000000001');
  });

  test('the document crosses threads and becomes the same configuration there', () => {
    const { config, document } = resolve({ env: { MTRADE__LADDER__STEP_PCT: '1.25' } });

    const there = configFromDocument(structuredClone(document));

    expect(JSON.stringify(there)).toBe(JSON.stringify(config));
    expect(there.pairs[0]?.ladder.stepPct.toFixed()).toBe('1.25');
  });

  test('what `config show` prints is a file that means the same', () => {
    const first = resolve({ env: { MTRADE__ENGINE__DEBOUNCE_MS: '55' } });

    const again = resolve({ toml: configToml(first.document, first.source) });

    expect(again.document).toEqual(first.document);
  });

  test('what `init` writes passes the check and is in force as chosen', () => {
    const { config, warnings } = resolve({
      toml: configTemplate({ mode: 'paper', symbols: ['BTC/USDT', 'ETH/USDT'], baseOrder: '7.5' }),
    });

    expect(warnings).toEqual([]);
    expect(config.pairs.map((pair) => [pair.symbol, pair.trade, pair.ladder.baseOrder.toFixed()])).toEqual([
      ['BTC/USDT', true, '7.5'],
      ['ETH/USDT', true, '7.5'],
    ]);
  });

  test('a byte order mark is no part of the configuration (C01)', () => {
    expect(resolve({ toml: `\uFEFF${ONE_PAIR}` }).config.pairs).toHaveLength(1);
  });
});
