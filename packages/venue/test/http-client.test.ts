import { afterEach, describe, expect, test } from 'vitest';
import { type HttpClient, createHttpClient } from '../src/http-client.js';
import { type Answer, startStub } from './exchange-stub.js';

/** A connection and an answer have to fit into it on a machine that does other things, too. */
const DEADLINE_MS = 1_500;

let stub: Awaited<ReturnType<typeof startStub>>;
let http: HttpClient;
afterEach(async () => {
  await http.close();
  await stub.close();
});

async function oneConnection(answer: Answer, requestDeadlineMs: number) {
  stub = await startStub(answer);
  http = createHttpClient({ baseUrl: stub.url, requestDeadlineMs, connections: 1, maxReplyBytes: 1_000 });
  const request = (path: string) => ({ method: 'POST', url: stub.url + path, headers: {}, body: '{}' });
  return {
    send: (path: string, mayStart?: () => boolean, onSent?: () => void) =>
      http.send(request(path), { mayStart, onSent }),
  };
}

describe('a request that waits for a connection', () => {
  test('is asked again right before its first byte, and stays unsent when it is too late by then (N27)', async () => {
    let release = (): void => undefined;
    const { send } = await oneConnection((_, response) => {
      release = () => response.end('ok');
    }, 5_000);
    let late = false;
    const first = send('/first');
    let isSecondSent = false;
    const second = send(
      '/second',
      () => !late,
      () => (isSecondSent = true),
    );
    await expect.poll(() => stub.seen.length).toBe(1);

    late = true;
    release();

    await expect(first).resolves.toMatchObject({ status: 200, text: 'ok' });
    await expect(second).rejects.toMatchObject({ phase: 'not-sent' });
    expect(stub.seen.map((one) => one.path)).toEqual(['/first']);
    expect(isSecondSent).toBe(false);
  });

  test('is not sent after its own deadline', async () => {
    const { send } = await oneConnection((request, response) => {
      if (request.path === '/third') response.end('ok');
    }, DEADLINE_MS);
    const first = send('/first');
    const second = send('/second');

    await expect(first).rejects.toMatchObject({ phase: 'headers', label: 'DEADLINE' });
    await expect(second).rejects.toMatchObject({ phase: 'connect', label: 'DEADLINE' });
    await expect(send('/third')).resolves.toMatchObject({ text: 'ok' });

    expect(stub.seen.map((one) => one.path)).toEqual(['/first', '/third']);
  });
});

test('a socket that was closed while idle costs one failed request at most and no repetition (N23, N29)', async () => {
  const { send } = await oneConnection((request, response) => {
    if (request.path === '/cut') response.socket?.resetAndDestroy();
    else response.end('ok');
  }, 2_000);
  await send('/warm');

  await expect(send('/cut')).rejects.toMatchObject({ phase: 'headers' });
  await expect(send('/after')).resolves.toMatchObject({ text: 'ok' });

  expect(stub.seen.map((one) => one.path)).toEqual(['/warm', '/cut', '/after']);
});
