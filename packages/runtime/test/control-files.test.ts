import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startControlServer } from '../src/control/index.js';
import { ScriptedEngine, startHarness, temporaryDirectory } from './control-harness.js';

const modeOf = (path: string): number => statSync(path).mode & 0o777;

const start = (dataDir: string, listen: { host: string; port: number } | null = null) =>
  startControlServer({ dataDir, listen, version: '0.1.0', mode: 'paper' }, new ScriptedEngine().deps);

describe('the socket', () => {
  test('is open to its owner only, whatever the umask', async () => {
    const before = process.umask(0);
    onTestFinished(() => void process.umask(before));

    const harness = await startHarness();

    expect(lstatSync(harness.server.socketPath).isSocket()).toBe(true);
    expect(modeOf(harness.server.socketPath)).toBe(0o600);
    expect(process.umask()).toBe(0);
  });

  test('one left by a dead engine makes room', async () => {
    const dataDir = temporaryDirectory();
    const path = join(dataDir, 'control.sock');
    // A process that is killed leaves its socket file behind.
    const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
    spawnSync(process.execPath, ['-e', script]);
    expect(lstatSync(path).isSocket()).toBe(true);

    const harness = await startHarness({ dataDir });

    expect((await harness.call({ path: '/healthz', over: 'socket' })).status).toBe(200);
  });

  test('deleted under a running engine, it is made anew, for its owner only; whoever is connected is served on', async () => {
    const harness = await startHarness();
    const path = harness.server.socketPath;
    rmSync(path);
    await expect(harness.call({ path: '/healthz', over: 'socket' })).rejects.toMatchObject({
      code: 'ENOENT',
    });

    await expect.poll(() => existsSync(path), { timeout: 10_000 }).toBe(true);
    await expect
      .poll(
        async () => (await harness.call({ path: '/healthz', over: 'socket' }).catch(() => null))?.status,
        { timeout: 10_000 },
      )
      .toBe(200);
    expect(modeOf(path)).toBe(0o600);
  });

  test.each([
    ['a file', (path: string) => writeFileSync(path, 'precious')],
    ['a directory', (path: string) => mkdirSync(path)],
    ['a symbolic link (S08)', (path: string) => symlinkSync('/nowhere', path)],
  ])('%s in its place is left alone and start is refused', async (_name, put) => {
    const dataDir = temporaryDirectory();
    const path = join(dataDir, 'control.sock');
    put(path);

    await expect(start(dataDir)).rejects.toMatchObject({ code: 'MTRADE_PERMISSION' });

    expect(lstatSync(path, { throwIfNoEntry: false })).toBeDefined();
  });

  test('a data directory too deep for a socket is refused by its key', async () => {
    const dataDir = join(temporaryDirectory(), 'd'.repeat(100));
    mkdirSync(dataDir);

    await expect(start(dataDir)).rejects.toMatchObject({ code: 'MTRADE_CONFIG', facts: { key: 'data_dir' } });
  });
});

describe('the token file', () => {
  test('is made once, for its owner only, with 256 bits', async () => {
    const dataDir = temporaryDirectory();
    const path = join(dataDir, 'control.token');

    await (await start(dataDir)).close();
    const first = readFileSync(path, 'utf8');
    await (await start(dataDir)).close();

    expect(modeOf(path)).toBe(0o600);
    expect(Buffer.from(first.trim(), 'base64url')).toHaveLength(32);
    expect(readFileSync(path, 'utf8')).toBe(first);
  });

  test('a wider mode is mended (S07)', async () => {
    const dataDir = temporaryDirectory();
    await (await start(dataDir)).close();
    chmodSync(join(dataDir, 'control.token'), 0o644);

    await (await start(dataDir)).close();

    expect(modeOf(join(dataDir, 'control.token'))).toBe(0o600);
  });

  test('a symbolic link is not followed (S08)', async () => {
    const dataDir = temporaryDirectory();
    const elsewhere = join(dataDir, 'elsewhere');
    writeFileSync(elsewhere, 'A'.repeat(43), { mode: 0o644 });
    symlinkSync(elsewhere, join(dataDir, 'control.token'));

    await expect(start(dataDir)).rejects.toMatchObject({ code: 'MTRADE_PERMISSION' });

    expect(modeOf(elsewhere)).toBe(0o644);
  });

  test.each(['', 'short', `${'A'.repeat(43)}\nmore`])(
    'one that holds %j is refused, not used',
    async (text) => {
      const dataDir = temporaryDirectory();
      writeFileSync(join(dataDir, 'control.token'), text, { mode: 0o600 });

      await expect(start(dataDir)).rejects.toThrow(/no usable token/);
    },
  );
});

describe('the address file', () => {
  test('names the real port and the socket while the server runs, and is gone with it', async () => {
    const harness = await startHarness();
    const path = join(harness.dataDir, 'control.json');

    const address = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    const mode = modeOf(path);
    await harness.server.close();
    await harness.server.close();

    expect(address).toMatchObject({
      schema: 1,
      pid: process.pid,
      url: `http://127.0.0.1:${harness.port}`,
      socket: harness.server.socketPath,
    });
    expect(harness.port).toBeGreaterThan(0);
    expect(mode).toBe(0o600);
    expect(readdirSync(harness.dataDir)).toEqual(['control.token', 'read.token']);
    await expect(harness.call({ path: '/healthz' })).rejects.toThrow('ECONNREFUSED');
  });

  test('without TCP there is no url', async () => {
    const harness = await startHarness({ listen: null });

    const answer = await harness.call({ path: '/api/autotrade/status', over: 'socket' });

    expect(harness.server.url).toBeNull();
    expect(answer.status).toBe(200);
  });
});

describe('listening', () => {
  test('a port in use is named with its key, and nothing is left behind', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void other.close());
    const { port } = other.address() as { port: number };
    const dataDir = temporaryDirectory();

    const attempt = start(dataDir, { host: '127.0.0.1', port });

    await expect(attempt).rejects.toMatchObject({ code: 'MTRADE_CONFIG', facts: { key: 'control.listen' } });
    await expect(attempt).rejects.toThrow(new RegExp(`control.listen.*port ${port}.*another port`));
    expect(readdirSync(dataDir)).toEqual(['control.token', 'read.token']);
  });

  test('a start that fails half-way gives back the port and the subscription', async () => {
    const dataDir = temporaryDirectory();
    const engine = new ScriptedEngine();
    const port = await freePort();
    writeFileSync(join(dataDir, 'control.sock'), 'in the way');

    const options = { dataDir, listen: { host: '127.0.0.1', port }, version: '0.1.0', mode: 'paper' };
    await expect(startControlServer(options, engine.deps)).rejects.toMatchObject({
      code: 'MTRADE_PERMISSION',
    });

    await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow('fetch failed');
    expect(engine.listeners.size).toBe(0);
    expect(existsSync(join(dataDir, 'control.json'))).toBe(false);
  });

  test.each(['0.0.0.0', '::', '192.168.1.5', '8.8.8.8', 'example.com', '', '127.0.0.1.evil.example'])(
    'the host %j is refused before anything listens (S05)',
    async (host) => {
      const dataDir = temporaryDirectory();

      const attempt = start(dataDir, { host, port: 0 });

      await expect(attempt).rejects.toMatchObject({
        code: 'MTRADE_CONFIG',
        facts: { key: 'control.listen' },
      });
      expect(existsSync(join(dataDir, 'control.sock'))).toBe(false);
    },
  );

  test.each(['localhost', '127.0.0.1', '127.1.2.3'])('the loopback host %s is served', async (host) => {
    const server = await start(temporaryDirectory(), { host, port: 0 });
    onTestFinished(() => server.close());

    const answer = await fetch(`${server.url}/healthz`);

    expect(answer.status).toBe(200);
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
