import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@mtrade/base';
import { type Logger, registerSecret, silentLogger } from '@mtrade/log';
import { afterEach, describe, expect, test } from 'vitest';
import type { Alert } from '../src/alerts/alert.js';
import { Alerter } from '../src/alerts/alerter.js';
import { type AlertChannel, DeliveryError } from '../src/alerts/channel.js';
import { Outbox, type OutboxOptions } from '../src/alerts/outbox.js';
import { webhookChannel } from '../src/alerts/webhook.js';
import type { StatusJson } from '../src/control/status-json.js';
import { alert, SOURCE, startReceiver, statusWith, until } from './alerts-harness.js';

const OPTIONS: OutboxOptions = {
  queueSize: 3,
  timeoutMs: 1_000,
  attempts: 3,
  maxPerMinute: 1_000,
  firstRetryMs: 1,
};

const boxes: { close: (graceMs: number) => Promise<void> }[] = [];
const directories: string[] = [];
afterEach(async () => {
  await Promise.all(boxes.splice(0).map((box) => box.close(0)));
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});

function outbox(
  channel: AlertChannel,
  changes: Partial<OutboxOptions> = {},
  log: Logger = silentLogger,
): Outbox {
  const box = new Outbox({ ...OPTIONS, ...changes }, { channel, clock: systemClock, log, random: () => 0.5 });
  boxes.push(box);
  return box;
}

/** A channel in memory: `take` decides about each attempt. */
function channelWith(take: (alert: Alert, attempt: number) => Promise<void> | void): AlertChannel {
  let attempts = 0;
  return {
    name: 'webhook',
    target: 'test',
    deliver: async (one) => {
      attempts += 1;
      await take(one, attempts);
    },
  };
}

describe('the queue of a channel', () => {
  test('is bounded: the oldest goes, and is counted', async () => {
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const taken: string[] = [];
    const box = outbox(
      channelWith(async ({ id }) => {
        await gate;
        taken.push(id);
      }),
    );
    box.push(alert({ id: 'first' }));
    await Promise.resolve();
    await new Promise((resolve) => setImmediate(resolve));
    for (let n = 0; n < 10; n += 1) box.push(alert({ id: String(n) }));

    expect(box.status()).toMatchObject({ queued: 3, dropped: 7 });
    open();
    await until('all are out', () => box.status().sent === 4);
    expect(taken).toEqual(['first', '7', '8', '9']);
  });

  test('tries again what failed, gives up in the end, and goes on with the next', async () => {
    const tries: string[] = [];
    const box = outbox(
      channelWith(({ id }) => {
        tries.push(id);
        if (id === 'bad' || tries.length === 1) throw new DeliveryError('HTTP 500');
      }),
    );
    for (const id of ['flaky', 'bad', 'good']) box.push(alert({ id }));
    await until('all are through', () => box.status().sent + box.status().failed === 3);
    expect(tries).toEqual(['flaky', 'flaky', 'bad', 'bad', 'bad', 'good']);
    expect(box.status()).toMatchObject({ sent: 2, failed: 1, last_error: 'HTTP 500' });
  });

  test('does not repeat what the receiver refuses for good', async () => {
    let tries = 0;
    const box = outbox(
      channelWith(() => {
        tries += 1;
        throw new DeliveryError('HTTP 403', { isFinal: true });
      }),
    );
    box.push(alert());
    await until('it is given up', () => box.status().failed === 1);
    expect(tries).toBe(1);
  });

  test('sends no more in a minute than it may', async () => {
    const box = outbox(
      channelWith(() => undefined),
      { maxPerMinute: 2, queueSize: 10 },
    );
    for (let n = 0; n < 5; n += 1) box.push(alert());
    await until('two are out', () => box.status().sent === 2);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(box.status()).toMatchObject({ sent: 2, queued: 3 });
    await box.close(5_000);
    expect(box.status().sent).toBe(5);
  });

  test('ends in time though its receiver never answers', async () => {
    const box = outbox({
      name: 'webhook',
      target: 'test',
      deliver: (_, signal) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(new Error('cut off'))),
        ),
    });
    box.push(alert());
    await new Promise((resolve) => setImmediate(resolve));
    await box.close(50);
    expect(box.status()).toMatchObject({ sent: 0, failed: 1 });
  });

  test('logs no secret of its receiver (I23)', async () => {
    const lines: unknown[] = [];
    const log = { ...silentLogger, error: (fields: unknown) => lines.push(fields) } as unknown as Logger;
    registerSecret('outbox-canary');
    const box = outbox(
      channelWith(() => {
        throw new DeliveryError('bad token outbox-canary', { isFinal: true });
      }),
      {},
      log,
    );
    box.push(alert());
    await until('it is given up', () => box.status().failed === 1);
    expect(JSON.stringify([lines, box.status()])).not.toContain('outbox-canary');
  });
});

describe('the alerter', () => {
  function alerter(url: string, status: () => Promise<StatusJson>): { watch: Alerter; dataDir: string } {
    const dataDir = mkdtempSync(join(tmpdir(), 'mtrade-alerter-'));
    directories.push(dataDir);
    const channel = webhookChannel(
      { url, secret: 'sign-me', allowPrivate: false, source: SOURCE },
      { clock: systemClock },
    );
    const watch = new Alerter(
      { ...OPTIONS, dataDir, lookEveryMs: 10, unknownAfterMs: 0, disconnectedAfterMs: 0, timeoutMs: 60_000 },
      { channels: [channel], status, clock: systemClock, log: silentLogger },
    );
    boxes.push(watch);
    return { watch, dataDir };
  }

  test('tells once and then that it is over, and remembers what stands', async () => {
    const receiver = await startReceiver();
    let now = statusWith({ pair: { attention: 'look' } });
    const { watch, dataDir } = alerter(receiver.url, () => Promise.resolve(now));
    watch.start();
    await until('the alert', () => receiver.received.length === 1);
    await until('it is remembered', () => {
      try {
        return readFileSync(join(dataDir, 'alerts.json'), 'utf8').includes('pair.attention');
      } catch {
        return false;
      }
    });
    expect(watch.status().standing).toMatchObject([{ condition: 'pair.attention', symbol: 'ETH/USDT' }]);
    now = statusWith();
    await until('the end', () => receiver.received.length === 2);
    const bodies = receiver.received.map(({ body }) => JSON.parse(body) as { status: string; id: string });
    expect(bodies.map(({ status }) => status)).toEqual(['raised', 'resolved']);
    expect(bodies[0]?.id).toBe(bodies[1]?.id);
  });

  test('an order that cannot be resolved is told from the journal, until its end', async () => {
    const receiver = await startReceiver();
    const { watch } = alerter(receiver.url, () => Promise.resolve(statusWith()));
    const event = (name: string) => ({ event: name, symbol: 'ETH/USDT', details: { clientOrderId: 't-1' } });
    watch.onEvent(event('order.quarantined'));
    watch.onEvent(event('order.quarantined'));
    watch.onEvent(event('order.filled'));
    await until('both', () => receiver.received.length === 2);
    expect(
      receiver.received.map(({ body }) => (JSON.parse(body) as { condition: string }).condition),
    ).toEqual(['order.quarantined', 'order.quarantined']);
  });

  test('X04: own orders that would have crossed are told once, until an order fills or somebody has looked', async () => {
    const receiver = await startReceiver();
    const { watch } = alerter(receiver.url, () => Promise.resolve(statusWith()));
    const see = (event: string) =>
      watch.onEvent({ event, symbol: 'ETH/USDT', details: { clientOrderId: 't-1' } });
    for (const event of ['order.killed', 'order.self-trade', 'order.self-trade', 'order.partial']) see(event);
    see('order.filled');
    await until('the first and its end', () => receiver.received.length === 2);
    see('order.self-trade');
    see('operator.resumed');
    await until('all', () => receiver.received.length === 4);
    const told = receiver.received.map(
      ({ body }) => JSON.parse(body) as { condition: string; status: string },
    );
    expect(told.map(({ condition, status }) => `${status} ${condition}`)).toEqual([
      'raised order.self-trade',
      'resolved order.self-trade',
      'raised order.self-trade',
      'resolved order.self-trade',
    ]);
  });

  test('is never in the way: a receiver that hangs delays no caller and no look', async () => {
    const receiver = await startReceiver();
    receiver.answer = () => undefined;
    let looks = 0;
    const { watch } = alerter(receiver.url, () => {
      looks += 1;
      return Promise.resolve(statusWith({ pair: { attention: 'look' } }));
    });
    watch.start();
    await until('the receiver hangs', () => receiver.received.length === 1);
    const looked = looks;
    for (let n = 0; n < 10_000; n += 1) watch.raise('backup.failed', `P${n}/USDT`, 'x');
    await until('it looks on', () => looks > looked + 3);
    expect(watch.status().channels[0]).toMatchObject({ queued: 3, sent: 0 });
    expect(watch.status().channels[0]?.dropped).toBeGreaterThan(9_000);
    expect(watch.status().standing.length).toBeLessThanOrEqual(2_000);
  });
});
