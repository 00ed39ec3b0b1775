import type { StatusJson } from '@mtrade/runtime';
import { afterEach, describe, expect, test } from 'vitest';
import type { Output } from '../src/cli.js';
import { Screen } from '../src/render/screen.js';
import { keysIn } from '../src/terminal-keys.js';
import { pairSample, statusSample } from './status-sample.js';
import { TinyTerminal } from './tiny-terminal.js';

function terminal(rows: number, columns = 80, color = false) {
  const state = { screen: new TinyTerminal(Math.max(1, rows), columns), rows, columns, writes: 0 };
  const out: Output = {
    write: (text) => {
      state.writes += 1;
      state.screen.write(text);
    },
    line: () => undefined,
    say: () => undefined,
    send: () => Promise.resolve(true),
    json: () => undefined,
    isTty: true,
    color,
    columns: () => state.columns,
    rows: () => state.rows,
    onResize: () => () => undefined,
    closed: () => false,
  };
  return { out, state, lines: () => state.screen.lines };
}

type Pair = StatusJson['pairs'][number];
const pairs = (count: number, over: Partial<Pair> = {}) =>
  Array.from({ length: count }, (_, i) => pairSample({ symbol: `C${i}/USDT`, ...over }));
const foot = ['the footer'];
const shownPairs = (lines: readonly string[]): string[] =>
  lines.flatMap((line) => /^(C\d+)\/USDT/.exec(line)?.[1] ?? []);

const screens: Screen[] = [];
const open = (...given: ConstructorParameters<typeof Screen>): Screen => {
  const screen = new Screen(...given);
  screens.push(screen);
  return screen;
};
afterEach(() => {
  for (const screen of screens.splice(0)) screen.close();
});

describe('the live screen', () => {
  test.each([
    [24, 16],
    [24, 200],
    [40, 16],
    [10, 16],
    [60, 3],
  ])('of %d rows with %d pairs never scrolls and ends with the footer', (rows, count) => {
    const { out, lines } = terminal(rows);
    const screen = open(out, { eventLines: 4 });
    for (let i = 0; i < 9; i += 1) screen.addEvent(`event ${i}`);

    screen.draw(statusSample({ pairs: pairs(count) }), { foot });

    expect(lines()).toHaveLength(rows);
    expect(lines().at(-1)).toBe('the footer');
  });

  test('shows all sixteen pairs on the usual 24 rows, with profit, workers and why they wait', () => {
    const { out, lines } = terminal(24);

    open(out, { eventLines: 4 }).draw(statusSample({ pairs: pairs(16, { waiting_for: 'price_stale' }) }), {
      foot,
    });

    expect(shownPairs(lines())).toHaveLength(16);
    expect(lines().join('\n')).toMatch(/realized profit {2}12\.5 USDT/);
    expect(lines().join('\n')).toContain('reactor alive');
    expect(lines()).toContain('waiting: price too old: all (16)');
  });

  test.each(['live', 'testnet', 'paper'] as const)(
    'of 40 columns shows beside the mode that trading is off, and cuts nothing of its head: %s',
    (mode) => {
      const { out, lines } = terminal(24, 40);

      open(out, { eventLines: 4 }).draw(statusSample({ mode, trading: false, version: '0.1.0' }), { foot });

      expect(lines()[0]).toMatch(/(MONEY|money) {3}TRADING OFF( |$)/);
      const head = lines().slice(0, 3).join(' ');
      expect(head).toContain('mtrade 0.1.0');
      expect(head).toMatch(/pid 4194303 +up \S+/);
    },
  );

  test('fits numbers and names of any length into the columns', () => {
    const { out, lines } = terminal(24);
    const long = {
      last_price: '123456789012345.123456789',
      next_buy_price: '0.00000000000000123',
      sell_limit: '99999999999999999999',
      invested: '393213.123456789012',
      realized_profit: '-123456789.123456789',
    };

    open(out, { eventLines: 0 }).draw(statusSample({ pairs: pairs(200, long) }), { foot });

    expect(lines()[2]).toBe(
      'C0/USDT    active       3 1.234567e14    1.23e-15 9.999999e19 393213.12 -1.234e8',
    );
    expect(lines().filter((line) => line.length > 80)).toEqual([]);
  });

  test('says which of two hundred pairs it shows, and moves over all of them to both ends', () => {
    const { out, lines } = terminal(24);
    const screen = open(out, { eventLines: 0, moves: 'arrows move' });
    const status = statusSample({ pairs: pairs(200) });
    const draw = (): string[] => {
      screen.draw(status, { foot });
      return shownPairs(lines());
    };
    const first = draw();
    expect(first[0]).toBe('C0');
    expect(lines()).toContain(`pairs 1-${first.length} of 200, the worst first; arrows move`);

    screen.move({ pairs: 1 });
    expect(draw()).toEqual([...first.slice(1), `C${first.length}`]);
    screen.move('start');
    const seen = new Set<string>(draw());
    for (let i = 0; i < 20; i += 1) {
      screen.move({ pages: 1 });
      for (const name of draw()) seen.add(name);
    }
    expect(seen.size).toBe(200);
    expect(draw().at(-1)).toBe('C199');
    screen.move('end');
    draw();
    screen.move({ pairs: -1 });
    expect(draw().at(-1)).toBe('C198');
    screen.move('start');
    expect(draw()).toEqual(first);
  });

  test('has the worst first: what wants a human, what has lost its stop, then the deepest in its ladder', () => {
    const { out, lines } = terminal(24);
    const status = statusSample({
      pairs: [
        pairSample({ symbol: 'C0/USDT', state: 'idle', cycle_start_state: 0, step: 0 }),
        pairSample({ symbol: 'C1/USDT', step: 2 }),
        pairSample({ symbol: 'C2/USDT', step: 9 }),
        pairSample({
          symbol: 'C3/USDT',
          protection: { state: 'pending_sl', stop_price: null, stop_id: null, unprotected_ms: 9_000, problem: null, rollback: null }, // prettier-ignore
        }),
        pairSample({ symbol: 'C4/USDT', state: 'needs_attention', attention: 'look at the exchange' }),
      ],
    });

    open(out, { eventLines: 0 }).draw(status, { foot });

    expect(shownPairs(lines())).toEqual(['C4', 'C3', 'C2', 'C1', 'C0']);
    expect(lines()).toContain('! C4/USDT: look at the exchange');
  });

  test('keeps what wants a human in sight beside two hundred pairs, and says what it leaves out', () => {
    const { out, lines } = terminal(24);
    const held = pairs(200, { state: 'needs_attention', attention: 'the account holds less than the books' });

    open(out, { eventLines: 0 }).draw(statusSample({ pairs: held }), { foot });

    expect(lines()).toContain('! C0/USDT: the account holds less than the books');
    expect(lines()).toContain('! ... and 197 more lines; mtrade status shows all');
    expect(shownPairs(lines()).length).toBeGreaterThan(10);
  });

  test('writes only what has changed, and nothing when nothing has', () => {
    const { out, state, lines } = terminal(24);
    const screen = open(out, { eventLines: 0 });
    const some = pairs(16);
    // Not running: no uptime that would change with the clock.
    const status = (last: string): StatusJson =>
      statusSample({
        running: false,
        pairs: [...some.slice(0, 15), pairSample({ symbol: 'C15/USDT', last_price: last })],
      });
    screen.draw(status('2299.99'), { foot });
    const { writes } = state;
    screen.draw(status('2299.99'), { foot });
    expect(state.writes).toBe(writes);

    state.screen.written = '';
    screen.draw(status('2300.01'), { foot });
    expect(state.writes).toBe(writes + 1);
    expect(state.screen.written).toMatch(/^C15\/USDT .* 2300\.01 .*$/);
    expect(state.screen.written.length).toBeLessThanOrEqual(80);
    expect(shownPairs(lines())).toHaveLength(16);
  });

  test('is whole after the terminal got another size', () => {
    const { out, state, lines } = terminal(24);
    const screen = open(out, { eventLines: 0 });
    screen.draw(statusSample({ pairs: pairs(16) }), { foot });
    Object.assign(state, { screen: new TinyTerminal(12, 60), rows: 12, columns: 60 });

    screen.draw(statusSample({ pairs: pairs(16) }), { foot });

    expect(lines()[0]).toContain('PAPER');
    expect(lines().at(-1)).toBe('the footer');
    expect(lines().join('\n')).toMatch(/pairs 1-\d of 16/);
  });

  test.each([
    [1, 80],
    [2, 30],
    [5, 12],
    [0, 40],
  ])('of %d rows and %d columns keeps the mode in sight', (rows, columns) => {
    const { out, lines } = terminal(rows, columns, true);
    const status = statusSample({ mode: 'live', pairs: pairs(16) });

    open(out, { eventLines: 4 }).draw(status, {
      foot: ['a footer that is longer than the screen is wide'],
    });

    expect(lines()[0]).toContain('LIVE');
  });

  test('shows the newest events where there is room', () => {
    const { out, lines } = terminal(60);
    const screen = open(out, { eventLines: 2 });
    for (const event of ['old', 'newer', 'newest\u001b[2J']) screen.addEvent(event);

    screen.draw(statusSample(), { foot });

    expect(lines().filter((line) => line.startsWith('new') || line === 'old')).toEqual(['newer', 'newest']);
  });

  test('gives the terminal back, also when the process ends by itself', () => {
    const { out, state } = terminal(24);
    const listeners = process.listenerCount('exit');
    const screen = open(out, { eventLines: 0 });
    screen.draw(statusSample(), { foot });
    expect([state.screen.isAlternate, state.screen.isCursorShown]).toEqual([true, false]);
    for (const listener of process.listeners('uncaughtExceptionMonitor'))
      listener(new Error('a crash'), 'uncaughtException');
    expect([state.screen.isAlternate, state.screen.isCursorShown]).toEqual([false, true]);
    screen.close();
    expect(process.listenerCount('exit')).toBe(listeners);
  });
});

test.each([
  ['q', ['quit']],
  ['\u0003', ['quit']],
  ['\u001b[A\u001b[B\u001b[6~', ['up', 'down', 'page-down']],
  ['\u001bOBjj', ['down', 'down', 'down']],
  ['\u001b[200~x\u001b', []],
  ['\u001a', ['suspend']],
])('what a terminal sends for keys is understood: %j', (text, keys) => {
  expect(keysIn(text)).toEqual(keys);
});
