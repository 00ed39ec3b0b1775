import { connect, createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import type { Permission } from '@mtrade/engine';
import { createHttpClient, type HttpClient } from '../src/http-client.js';
import { sendPermitted } from '../src/send-permitted.js';
import { selfSigned } from './self-signed.js';

/** Long enough for bytes that were written to arrive over loopback. */
const ARRIVED_MS = 60;
const END = '{}';
const NOBODY = (): never => {
  throw new Error('nobody asks for it');
};

let close: () => Promise<void> = async () => undefined;
afterEach(() => close());

/** An exchange that notes every byte as it comes out of the socket, decrypted where it was encrypted. */
async function open(transport: 'TCP' | 'TLS') {
  let bytes = '';
  let sockets = 0;
  const onSocket = (socket: Socket): void => {
    sockets += 1;
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      bytes += chunk.toString('latin1');
      if (bytes.endsWith(END)) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
    });
  };
  const pem = transport === 'TLS' ? selfSigned('/CN=localhost', 'DNS:localhost') : null;
  const server: Server = pem === null ? createServer(onSocket) : createTlsServer(pem, onSocket);
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const { port } = server.address() as AddressInfo;
  let connected = 0;
  const http: HttpClient = createHttpClient({
    baseUrl: `${pem === null ? 'http' : 'https'}://localhost:${port}`,
    requestDeadlineMs: 2_000,
    connections: 1,
    maxReplyBytes: 100,
    connect: (_, done) => {
      const ready = (): void => {
        connected += 1;
        done(null, socket);
      };
      const at = { port, host: 'localhost' };
      const socket = pem === null ? connect(at, ready) : connectTls({ ...at, ca: pem.cert }, ready);
    },
  });
  close = async () => {
    await http.close();
    await new Promise((resolve) => server.close(resolve));
  };
  const start = (hooks: Parameters<HttpClient['send']>[1]) =>
    http.send({ method: 'POST', url: 'http://exchange/order', headers: {}, body: END }, hooks);
  return {
    http,
    send: (permission: Permission, mayStart?: () => boolean) =>
      sendPermitted({ permission, mayStart, start }),
    requests: () => bytes.split('POST /order').length - 1,
    byteCount: () => bytes.length,
    sockets: () => sockets,
    connected: () => connected,
  };
}

describe.each(['TCP', 'TLS'] as const)('%s', (transport) => {
  test('I2: the word is asked for with the connection ready; a no leaves it without a byte, a yes sends once', async () => {
    const exchange = await open(transport);
    const connectedWhenAsked: number[] = [];
    const say = (word: boolean) => () => {
      connectedWhenAsked.push(exchange.connected());
      // As the order thread does: it stands still until the commit has spoken.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
      return word;
    };

    expect(await exchange.send({ now: say(false), later: NOBODY })).toBeNull();
    await sleep(ARRIVED_MS);
    expect([exchange.connected(), exchange.byteCount()]).toEqual([1, 0]);

    expect(await exchange.send({ now: say(true), later: NOBODY })).toMatchObject({ text: 'ok' });
    // And over a connection that has been used.
    expect(await exchange.send({ now: say(true), later: NOBODY })).toMatchObject({ text: 'ok' });
    expect(await exchange.send({ now: say(false), later: NOBODY })).toBeNull();
    await sleep(ARRIVED_MS);
    expect([exchange.requests(), exchange.sockets()]).toEqual([2, 1]);
    expect(connectedWhenAsked).toEqual([1, 1, 1, 1]);
  });

  test.each([true, false])(
    'I2, P22: a word that takes long (%s): until it has come not a byte leaves, and then one request or none',
    async (word) => {
      const exchange = await open(transport);
      let say: (word: boolean) => void = () => undefined;
      const later = new Promise<boolean>((resolve) => (say = resolve));
      const sending = exchange.send({ now: () => null, later: () => later });
      await sleep(ARRIVED_MS);
      expect([exchange.connected(), exchange.byteCount()]).toEqual([1, 0]);

      say(word);
      expect((await sending)?.text).toBe(word ? 'ok' : undefined);
      await sleep(ARRIVED_MS);
      expect([exchange.requests(), exchange.sockets()]).toEqual([word ? 1 : 0, 1]);
    },
  );

  test('I9: what has become too late while the word was waited for is not sent', async () => {
    const exchange = await open(transport);
    const sending = exchange.send({ now: () => true, later: NOBODY }, () => false);
    await expect(sending).rejects.toMatchObject({ phase: 'not-sent' });
    await sleep(ARRIVED_MS);
    expect(exchange.byteCount()).toBe(0);
  });

  test.each(['the word', 'the last look at the clock'])(
    'I2: %s cannot be asked for: not a byte leaves, the error is told as of a request that was not sent',
    async (what) => {
      const exchange = await open(transport);
      const fails = (): never => {
        throw new Error('EIO: i/o error, stat');
      };
      const sending =
        what === 'the word'
          ? exchange.send({ now: fails, later: NOBODY })
          : exchange.send({ now: () => true, later: NOBODY }, fails);
      await expect(sending).rejects.toMatchObject({
        phase: 'not-sent',
        message: expect.stringContaining('EIO: i/o error, stat'),
      });
      await sleep(ARRIVED_MS);
      expect([exchange.connected(), exchange.byteCount()]).toEqual([1, 0]);

      // The client is as good as before.
      expect(await exchange.send({ now: () => true, later: NOBODY })).toMatchObject({ text: 'ok' });
      expect(exchange.requests()).toBe(1);
    },
  );

  test('P22: a client that is closed while the word is waited for sends nothing, whatever the word is', async () => {
    const exchange = await open(transport);
    let say: (word: boolean) => void = () => undefined;
    const later = new Promise<boolean>((resolve) => (say = resolve));
    const sending = exchange.send({ now: () => null, later: () => later });
    await sleep(ARRIVED_MS);
    await exchange.http.close();
    say(true);
    await expect(sending).rejects.toMatchObject({ phase: 'connect' });
    await sleep(ARRIVED_MS);
    expect(exchange.byteCount()).toBe(0);
  });
});

test('a connection that cannot be made asks for no word, and nobody claims that the request was not sent', async () => {
  const exchange = await open('TCP');
  await close();
  const sending = exchange.send({ now: NOBODY, later: NOBODY });
  await expect(sending).rejects.toMatchObject({ phase: 'connect' });
});
