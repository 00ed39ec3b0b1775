import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { STAGES } from '@mtrade/board';
import { describe, expect, test } from 'vitest';
import type { EngineProcess } from './support/engine.js';
import { useEngine } from './support/fixture.js';

const document = (path: string): string =>
  readFileSync(new URL(`../../docs/${path}`, import.meta.url), 'utf8');
const hasPromtool = spawnSync('promtool', ['--version']).error === undefined;

/** As Prometheus does it: over TCP, with the token that may only look. */
async function scrape({ dataDir }: EngineProcess): Promise<string> {
  const { url } = JSON.parse(readFileSync(join(dataDir, 'control.json'), 'utf8')) as { url: string };
  const token = readFileSync(join(dataDir, 'read.token'), 'utf8').trim();
  const response = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${token}` } });
  expect([response.status, response.headers.get('content-type')]).toEqual([
    200,
    'text/plain; version=0.0.4; charset=utf-8',
  ]);
  return response.text();
}

const sample = (text: string, name: string): number | null => {
  const line = text.split('\n').find((one) => one.startsWith(`${name} `));
  return line === undefined ? null : Number(line.slice(name.length + 1));
};

/** Families by name, each with the labels that its samples have. */
function familiesOf(text: string): Map<string, Set<string>> {
  const families = new Map<string, Set<string>>();
  let labels = new Set<string>();
  for (const line of text.split('\n')) {
    const type = /^# TYPE (\S+) /.exec(line);
    if (type) families.set(type[1], (labels = new Set()));
    else if (!line.startsWith('#')) for (const [, label] of line.matchAll(/([a-z_]+)="/g)) labels.add(label);
  }
  return families;
}

/** What needs something of the engine that this one does not have or has not done yet. */
const NOT_ALWAYS = new Set(['mtrade_backup_age_seconds', 'mtrade_reconciliation_age_seconds']);

const ETH = 'ETH/USDT';

describe('metrics of the built engine', () => {
  const at = useEngine({
    pairs: [ETH, 'BTC/USDT', 'SOL/USDT'],
    start: {
      env: {
        MTRADE__ALERTS__WEBHOOK_URL: 'http://127.0.0.1:9/',
        MTRADE_ALERT_WEBHOOK_SECRET: 'canary-of-this-test',
      },
    },
  });

  test('say what status says, after an order from the price to its end', async () => {
    const { world, engine } = at;
    world.price(ETH, '99.9', '100');
    await engine.untilPair(ETH, 'is active', ({ state }) => state === 'active');
    let text = '';
    const isTold = (): boolean => sample(text, `mtrade_pair_state{pair="${ETH}",state="active"}`) === 1;
    for (let tries = 0; tries < 100 && !isTold(); tries += 1) text = await scrape(engine);
    const status = await engine.status();
    const pair = status.pairs.find(({ symbol }) => symbol === ETH);
    expect(sample(text, 'mtrade_pairs{state="active"}')).toBe(1);
    expect(sample(text, 'mtrade_ready')).toBe(1);
    expect(sample(text, 'mtrade_lock_held')).toBe(1);
    expect(sample(text, 'mtrade_trading')).toBe(1);
    expect(sample(text, `mtrade_pair_invested{pair="${ETH}"}`)).toBe(Number(pair?.invested));
    expect(sample(text, 'mtrade_invested{quote="USDT"}')).toBe(Number(status.invested['USDT']));
    // Rounded outward: too eager by a hair and never too late.
    expect(sample(text, 'mtrade_pair_sell_level{pair="ETH/USDT"}')).toBeCloseTo(Number(pair?.sell_price), 9);
    expect(sample(text, 'mtrade_orders_sent_total')).toBe(status.internal['orders_sent']);
    expect(sample(text, 'mtrade_order_outcomes_total{reason="filled"}')).toBe(1);
    expect(sample(text, 'mtrade_worker_generation{worker="cycler"}')).toBe(1);
    for (const name of ['cycler_iterations', 'reactor_updates', 'errors'] as const)
      expect(sample(text, `mtrade_${name}_total`)).toBeLessThanOrEqual(status.stats[name]);
  });

  test('measure every stage of an order, and none is longer than the whole', async () => {
    const { world, engine } = at;
    world.price(ETH, '99.9', '100');
    // A sale is urgent, unless the round comes by at that very moment: then another one.
    for (let ask = 102; ask < 120; ask += 2) {
      const { cycle } = await engine.untilPair(ETH, 'is active', ({ state }) => state === 'active');
      const { tick_to_order: order, tick_to_decision: decision } = (await engine.status()).latency_us;
      if (order.count > 0 && decision.count > 0) break;
      world.price(ETH, String(ask - 0.1), String(ask));
      await engine.untilPair(ETH, 'has sold and begun anew', (pair) => pair.cycle > cycle);
    }
    const text = await scrape(engine);
    for (const stage of STAGES) {
      const count = sample(text, `mtrade_latency_seconds_count{stage="${stage}"}`) ?? 0;
      expect([stage, count > 0]).toEqual([stage, true]);
      expect(sample(text, `mtrade_latency_seconds_bucket{stage="${stage}",le="+Inf"}`)).toBe(count);
    }
    const sum = (stage: string): number =>
      sample(text, `mtrade_latency_seconds_sum{stage="${stage}"}`) ?? Number.NaN;
    const orders = sample(text, 'mtrade_latency_seconds_count{stage="commit_to_send"}') ?? 0;
    // Whole microseconds are kept of each order.
    expect(sum('signed_to_send')).toBeLessThanOrEqual(sum('commit_to_send') + orders * 1e-6);
    expect(sum('commit_to_send')).toBeLessThanOrEqual(
      sum('commit_to_lane') + sum('lane_to_signed') + sum('signed_to_send') + orders * 4e-6,
    );
  });

  test('are the ones of docs/metrics.md, all of them and no others', async () => {
    await at.engine.until(
      'the account was compared',
      ({ reconciliation }) => reconciliation?.last_at !== null,
    );
    await expect
      .poll(() => scrape(at.engine), { timeout: 10_000, interval: 200 })
      .toContain('mtrade_event_loop_lag_seconds ');
    const shown = [...familiesOf(await scrape(at.engine)).keys()];
    const documented = [...document('metrics.md').matchAll(/^\| `(mtrade_\w+)` /gm)].map(([, name]) => name);
    expect(shown.filter((name) => !documented.includes(name))).toEqual([]);
    expect(documented.filter((name) => !shown.includes(name) && !NOT_ALWAYS.has(name))).toEqual([]);
  });

  test('every metric and label that the board and the rules ask for is there', async () => {
    const families = familiesOf(await scrape(at.engine));
    const board = JSON.parse(document('grafana/mtrade.json')) as {
      readonly panels: readonly { readonly targets?: readonly { readonly expr: string }[] }[];
      readonly templating: { readonly list: readonly { readonly definition: string }[] };
      readonly annotations: { readonly list: readonly { readonly expr: string }[] };
    };
    const questions = [
      ...board.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
      ...board.templating.list.map(({ definition }) => definition),
      ...board.annotations.list.map(({ expr }) => expr),
      ...[...document('grafana/alerts.yml').matchAll(/expr: (.*)$/gm)].map(([, expr]) => expr),
    ];
    let asked = 0;
    for (const question of questions)
      for (const [, name = '', selector = ''] of question.matchAll(/\b(mtrade_[a-z_]+)(\{[^}]*\})?/g)) {
        asked += 1;
        const family = name.replace(/_(bucket|sum|count)$/, '');
        if (NOT_ALWAYS.has(family)) continue;
        const labels = families.get(families.has(name) ? name : family);
        expect([question, name, labels !== undefined]).toEqual([question, name, true]);
        for (const [, label = ''] of selector.matchAll(/([a-z_]+)\s*=/g))
          expect([question, label, label === 'instance' || labels?.has(label)]).toEqual([
            question,
            label,
            true,
          ]);
      }
    expect(asked).toBeGreaterThan(100);
  });

  test.skipIf(!hasPromtool)(
    'satisfy promtool check metrics (skipped where the Debian package prometheus is missing)',
    async () => {
      const input = await scrape(at.engine);
      const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
        input,
        encoding: 'utf8',
      });
      expect({ status, said: stdout + stderr }).toEqual({ status: 0, said: '' });
    },
  );
});
