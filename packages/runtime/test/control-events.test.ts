import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { EventRing } from '../src/control/event-ring.js';
import { type Harness, startHarness } from './control-harness.js';

interface Received {
  readonly id: string | null;
  readonly event: string;
  readonly data: unknown;
}

/** Reads a stream as a browser would: blocks parted by an empty line, comments skipped. */
class EventReader {
  readonly events: Received[] = [];
  readonly comments: string[] = [];
  ended = false;
  #rest = '';

  static open(harness: Harness, lastEventId?: string): Promise<EventReader> {
    const headers = harness.headers(
      lastEventId === undefined ? {} : { headers: { 'last-event-id': lastEventId } },
    );
    const reader = new EventReader();
    return new Promise((resolve, reject) => {
      const outgoing: ClientRequest = request(
        { ...harness.target(), path: '/v1/events', headers, agent: false },
        (incoming: IncomingMessage) => {
          const type = incoming.headers['content-type'] ?? 'nothing';
          if (!type.includes('text/event-stream')) {
            incoming.resume();
            reject(new Error(`no stream but ${incoming.statusCode} ${type}`));
            return;
          }
          incoming.setEncoding('utf8');
          incoming.on('data', (chunk: string) => reader.#read(chunk));
          incoming.on('close', () => (reader.ended = true));
          incoming.on('error', () => undefined);
          resolve(reader);
        },
      );
      onTestFinished(() => void outgoing.destroy());
      outgoing.on('error', reject);
      outgoing.end();
    });
  }

  get ids(): (string | null)[] {
    return this.events.map(({ id }) => id);
  }

  #read(chunk: string): void {
    const blocks = (this.#rest + chunk).split('\n\n');
    this.#rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = new Map(
        block.split('\n').map((line) => [line.split(': ')[0], line.slice(line.indexOf(': ') + 2)]),
      );
      const comment = fields.get('');
      if (comment !== undefined) this.comments.push(comment);
      const data = fields.get('data');
      if (data === undefined) continue;
      this.events.push({
        id: fields.get('id') ?? null,
        event: fields.get('event') ?? '',
        data: JSON.parse(data),
      });
    }
  }
}

describe('the event stream', () => {
  test('delivers each event once, in order, with its id and name', async () => {
    const harness = await startHarness();
    const reader = await EventReader.open(harness);

    harness.engine.emit(7, 'cycle-started', { rate: '100.5', note: 'two\nlines' });
    harness.engine.emit(8, 'buy filled\r\ndata: forged');

    await expect.poll(() => reader.events.length).toBe(2);
    expect(reader.events[0]).toEqual({
      id: '7',
      event: 'cycle-started',
      data: {
        id: 7,
        epochMs: 1_007,
        event: 'cycle-started',
        symbol: 'ETH/USDT',
        details: { rate: '100.5', note: 'two\nlines' },
      },
    });
    expect(reader.events[1]).toMatchObject({ id: '8', event: 'event' });
  });

  test('resumes after Last-Event-ID with what happened meanwhile, without a gap or a repeat', async () => {
    const harness = await startHarness();
    // Ids may be as large as microseconds of the calendar.
    const first = 1_893_456_000_000_001;
    for (let id = first; id < first + 3; id += 1) harness.engine.emit(id);

    const reader = await EventReader.open(harness, String(first));
    harness.engine.emit(first + 3);

    const expected = [1, 2, 3].map((step) => String(first + step));
    await expect.poll(() => reader.ids).toEqual(expected);
  });

  test('says so when events after the given id are gone', async () => {
    const harness = await startHarness({ limits: { eventRing: 2 } });
    for (let id = 1; id <= 5; id += 1) harness.engine.emit(id);

    const reader = await EventReader.open(harness, '2');

    await expect.poll(() => reader.events.map(({ event, id }) => id ?? event)).toEqual(['gap', '4', '5']);
  });

  test('an id from before a restart is a gap, not silence', async () => {
    const harness = await startHarness();

    const reader = await EventReader.open(harness, '900');

    await expect.poll(() => reader.events[0]?.event).toBe('gap');
  });

  test.each(['abc', '-1', '1e9', '9'.repeat(16), '9'.repeat(40)])(
    'a Last-Event-ID of %s is as good as none',
    async (lastEventId) => {
      const harness = await startHarness();
      harness.engine.emit(1);

      const reader = await EventReader.open(harness, lastEventId);
      harness.engine.emit(2);

      await expect.poll(() => reader.ids).toEqual(['2']);
    },
  );

  test('a silent stream carries heartbeats', async () => {
    const harness = await startHarness({ limits: { heartbeatMs: 10 } });

    const reader = await EventReader.open(harness);

    await expect.poll(() => reader.comments).toContain('heartbeat');
  });

  test('a reader over the bound is refused, and a place is free again when one leaves', async () => {
    const harness = await startHarness({ limits: { eventClients: 1 } });
    const first = request({
      ...harness.target(),
      path: '/v1/events',
      headers: harness.headers({}),
      agent: false,
    });
    const answered = new Promise((resolve) => first.once('response', resolve));
    first.on('error', () => undefined);
    first.end();
    await answered;

    const refused = await harness.call({ path: '/v1/events' });
    first.destroy();

    expect(refused.status).toBe(429);
    await expect
      .poll(() =>
        EventReader.open(harness).then(
          () => true,
          () => false,
        ),
      )
      .toBe(true);
  });

  test('a reader that does not keep up is dropped; the others get everything', async () => {
    const harness = await startHarness({ limits: { eventClientBuffer: 16 } });
    const stuck = connect(harness.port, '127.0.0.1');
    const authorization = `Authorization: Bearer ${harness.token}`;
    stuck.write(`GET /v1/events HTTP/1.1\r\nHost: 127.0.0.1:${harness.port}\r\n${authorization}\r\n\r\n`);
    await new Promise((resolve) => stuck.once('data', resolve));
    stuck.pause();
    let dropped = false;
    stuck.on('error', () => undefined);
    stuck.on('close', () => (dropped = true));
    const reader = await EventReader.open(harness);
    const details = { text: 'x'.repeat(50_000) };

    // Socket buffers hold a few megabytes; the good reader gets each event before the next is sent.
    for (let id = 1; id <= 1_000; id += 1) {
      harness.engine.emit(id, 'big', details);
      await expect.poll(() => reader.events.length, { interval: 1 }).toBe(id);
    }
    stuck.resume();

    await expect.poll(() => dropped).toBe(true);
    expect(reader.events).toHaveLength(1_000);
    expect(reader.ended).toBe(false);
  });

  test('ends when the server closes, and the subscription with it', async () => {
    const harness = await startHarness();
    const reader = await EventReader.open(harness);

    await harness.server.close();

    await expect.poll(() => reader.ended).toBe(true);
    expect(harness.engine.listeners.size).toBe(0);
  });
});

describe('the ring of recent events', () => {
  const event = (id: number) => ({ id, epochMs: 0, event: 'e', symbol: null, details: {} });

  test('keeps the newest and forgets the oldest', () => {
    const ring = new EventRing(3);
    for (const id of [10, 20, 30, 40]) ring.push(event(id));

    expect(ring.after(20)).toMatchObject({ complete: true, events: [{ id: 30 }, { id: 40 }] });
    expect(ring.after(10)).toMatchObject({ complete: false, events: [{ id: 20 }, { id: 30 }, { id: 40 }] });
    expect(ring.after(40)).toEqual({ complete: true, events: [] });
  });
});
