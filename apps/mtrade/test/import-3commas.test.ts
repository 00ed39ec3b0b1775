import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Cli, createOutput } from '../src/cli.js';
import { INFORMATION, TRANSLATED, WITHOUT_COUNTERPART } from '../src/import-3commas/fields.js';
import { translateBot } from '../src/import-3commas/translate.js';
import { buildProgram } from '../src/program.js';

const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/3commas/${name}`, import.meta.url));
const CLASSIC = JSON.parse(readFileSync(fixture('classic.json'), 'utf8')) as Record<string, unknown>;

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mtrade-import-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** Runs the real command; what it printed and what became of it. */
async function run(...args: string[]): Promise<{ out: string; notes: string; error: string | null }> {
  let [out, notes] = ['', ''];
  const stream = new Writable({
    write: (chunk: Buffer, _, done) => {
      out += chunk.toString();
      done();
    },
  });
  const output = createOutput(stream, {});
  const cli: Cli = {
    env: {},
    cwd: directory,
    home: directory,
    version: '0',
    out: output,
    err: output,
    note: (line) => void (notes += `${line}\n`),
    interrupted: () => new AbortController().signal,
  };
  try {
    await buildProgram(cli).parseAsync(['node', 'mtrade', ...args]);
    return { out, notes, error: null };
  } catch (error) {
    return { out, notes, error: error instanceof Error ? error.message : String(error) };
  }
}

const translated = (changes: Record<string, unknown>) =>
  translateBot({ ...CLASSIC, ...changes }, 0, 'bot.json');
const verdicts = (changes: Record<string, unknown>) =>
  Object.fromEntries(translated(changes).fields.map(({ field, verdict }) => [field, verdict]));
const figures = (values: readonly { toFixed: () => string }[]): string[] =>
  values.map((value) => value.toFixed());

describe('a DCA bot of 3Commas', () => {
  test('whose orders follow one factor from the base order on is ours exactly, order by order', () => {
    const { symbols, ladder, theirs, ours, fields } = translated({});

    expect(symbols).toEqual(['BTC/USDT']);
    expect(ladder).toEqual({
      base_order: '20',
      safety_orders: '6',
      step_pct: '2.5',
      step_growth_pct: '0',
      volume_mode: 'geometric',
      volume_scale: '2',
      take_profit_pct: '1.5',
      take_profit_decay_pct: '0',
      stop_loss_pct: '0',
    });
    // The deviations add up: the sixth safety order lies 15 % below the base order, not 2.5 %.
    expect(figures(ours.map(({ dropPct }) => dropPct))).toEqual(['0', '2.5', '5', '7.5', '10', '12.5', '15']);
    expect(figures(ours.map(({ purchase }) => purchase))).toEqual([
      '20',
      '40',
      '80',
      '160',
      '320',
      '640',
      '1280',
    ]);
    expect(figures(theirs.map(({ purchase }) => purchase))).toEqual(
      figures(ours.map(({ purchase }) => purchase)),
    );
    expect(fields.filter(({ verdict }) => verdict !== 'exact').map(({ field }) => field)).toEqual([
      'take_profit',
    ]);
  });

  test('with equal orders becomes the fixed mode', () => {
    expect(
      translated({ safety_order_volume: '20', martingale_volume_coefficient: '1.0' }).ladder,
    ).toMatchObject({ volume_mode: 'fixed', base_order: '20' });
  });

  test('with a base order out of the row keeps every safety order and says what its base order becomes', () => {
    const { ours, theirs, fields } = translated({
      base_order_volume: '10',
      safety_order_volume: '30',
      martingale_volume_coefficient: '1.5',
    });

    const base = fields.find(({ field }) => field === 'base_order_volume');
    expect(base).toMatchObject({ verdict: 'approximated', theirs: '10', ours: '20' });
    expect(base?.reason).toMatch(/all orders together: 633.44, here 643.44/);
    expect(figures(ours.slice(1).map(({ purchase }) => purchase))).toEqual(
      figures(theirs.slice(1).map(({ purchase }) => purchase)),
    );
  });

  test('with growing steps begins and ends where theirs does; the ones between are told', () => {
    const changes = { martingale_step_coefficient: '1.2', max_safety_orders: 5 };
    const { ours, theirs } = translated(changes);

    expect(verdicts(changes)).toMatchObject({
      safety_order_step_percentage: 'approximated',
      martingale_step_coefficient: 'approximated',
    });
    expect(figures(theirs.map(({ dropPct }) => dropPct))).toEqual([
      '0',
      '2.5',
      '5.5',
      '9.1',
      '13.42',
      '18.604',
    ]);
    expect(ours[1]?.dropPct.round(6).toFixed()).toBe('2.5');
    expect(ours[5]?.dropPct.round(6).toFixed()).toBe('18.604');
    expect(Number(ours[3]?.dropPct.toFixed())).toBeCloseTo(9.3312, 4);
    // Two steps are a sum and a product alike.
    expect(verdicts({ ...changes, max_safety_orders: 2 })).toMatchObject({
      martingale_step_coefficient: 'exact',
    });
  });

  test('every setting that is set is told; what is not set, or only describes the bot, is not', () => {
    const fields = verdicts({
      cooldown: '600',
      trailing_enabled: true,
      trailing_deviation: '0.25',
      strategy_list: [{ strategy: 'rsi', options: {} }],
      start_order_type: 'limit',
      take_profit_type: 'base',
      pairs: ['USDT_BTC', 'USDT_ETH'],
      stop_loss_percentage: '25',
      a_setting_of_tomorrow: 'on',
    });

    expect(fields).toMatchObject({
      cooldown: 'not supported',
      trailing_enabled: 'not supported',
      trailing_deviation: 'not supported',
      strategy_list: 'not supported',
      start_order_type: 'not supported',
      take_profit_type: 'not supported',
      max_active_deals: 'not supported',
      stop_loss_percentage: 'approximated',
      a_setting_of_tomorrow: 'not supported',
    });
    expect(Object.keys(fields)).not.toContain('btc_price_limit');
    expect(Object.keys(fields)).not.toContain('finished_deals_count');
    const told = new Set([...Object.keys(fields), ...INFORMATION]);
    const unset = Object.keys(CLASSIC).filter((key) => !told.has(key));
    // Whatever is neither told nor known as a description is one of the settings that this bot has not set.
    for (const key of unset) expect([...TRANSLATED, ...Object.keys(WITHOUT_COUNTERPART)]).toContain(key);
  });

  test.each([
    [{ strategy: 'short' }, /short bot/],
    [{ leverage_type: 'cross' }, /futures/],
    [{ base_order_volume_type: 'base_currency' }, /base_order_volume_type.*quote/],
    [{ take_profit: null, take_profit_steps: [{ amount_percentage: 50 }] }, /several steps/],
    [{ take_profit: null }, /take_profit: is missing/],
    [{ pairs: ['BTC_USDT'] }, /quote coin first; write USDT_BTC/],
    [{ pairs: ['USD_BTC-PERP'] }, /no spot pair/],
    [{ base_order_volume: 'ten' }, /"ten" is no number/],
    [{ max_safety_orders: 1.5 }, /no whole number/],
    [{ max_safety_orders: 60 }, /no ladder of ours/],
    [{ safety_order_step_percentage: '-1' }, /no number of 0 or more/],
  ])('%j is refused with its key, the reason and the name of the bot', (changes, problem) => {
    expect(() => translated(changes)).toThrow(problem);
    expect(() => translated(changes)).toThrow(/bot "BTC doubling"/);
  });
});

describe('mtrade import 3commas', () => {
  test('writes a file that the real check accepts, and prints what became of each setting', async () => {
    const { out, error } = await run('import', '3commas', fixture('scaled-multi.json'));

    expect(error).toBeNull();
    expect(out).toContain('! cooldown = 600');
    expect(out).toMatch(/not supported: the next cycle begins at once/);
    expect(out.split('\n').filter((line) => line.length > 80 && !line.startsWith('written: '))).toEqual([]);
    const check = await run('config', 'check');
    expect(check.error).toBeNull();
    expect(check.out).toMatch(/paper mode, 4 pairs, 3 permitted/);
    const written = readFileSync(join(directory, 'mtrade.toml'), 'utf8');
    // What is not exact stands in the file, too: the table on the screen is gone tomorrow.
    expect(written.replaceAll(/\n# +/g, ' ')).toContain('cooldown = 600: not supported');
  });

  test('never overwrites, and writes nothing when a bot cannot be carried over', async () => {
    writeFileSync(join(directory, 'mtrade.toml'), 'mine');
    expect((await run('import', '3commas', fixture('classic.json'))).error).toMatch(/there already/);
    expect(readFileSync(join(directory, 'mtrade.toml'), 'utf8')).toBe('mine');

    writeFileSync(
      join(directory, 'short.json'),
      JSON.stringify([CLASSIC, { ...CLASSIC, strategy: 'short' }]),
    );
    expect((await run('import', '3commas', 'short.json', '--out', 'new.toml')).error).toMatch(/short/);
    writeFileSync(join(directory, 'twice.json'), JSON.stringify([CLASSIC, { ...CLASSIC, name: 'b' }]));
    expect((await run('import', '3commas', 'twice.json', '--out', 'new.toml')).error).toMatch(
      /BTC.USDT stands twice \(bots "BTC doubling" and "b"\)/,
    );
    writeFileSync(join(directory, 'no.json'), '{"hello": 1}');
    expect((await run('import', '3commas', 'no.json', '--out', 'new.toml')).error).toMatch(/DCA bot/);
    expect(readdirSync(directory)).not.toContain('new.toml');
  });

  test('hostile names stay inside comments', async () => {
    const name = 'x\nmode = "live"\n[exchange]\u001b[31m';
    writeFileSync(
      join(directory, 'bot.json'),
      JSON.stringify([{ ...CLASSIC, name, cooldown: 'y\nmode = "live"' }]),
    );

    expect((await run('import', '3commas', 'bot.json')).error).toBeNull();

    const lines = readFileSync(join(directory, 'mtrade.toml'), 'utf8').split('\n');
    expect(lines.filter((line) => line.startsWith('mode'))).toEqual(['mode = "paper"']);
  });

  test('docs/coming-from-3commas.md speaks of every setting', () => {
    const page = readFileSync(
      fileURLToPath(new URL('../../../docs/coming-from-3commas.md', import.meta.url)),
      'utf8',
    );
    for (const field of [...TRANSLATED, ...Object.keys(WITHOUT_COUNTERPART)])
      expect(page).toContain(`\`${field}\``);
  });
});
