import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { StatusJson } from '@mtrade/runtime';
import { environment, MTRADE, mtrade, usePlace } from './cli-process.js';
import { statusOf, usePaperEngines } from './paper-engine.js';

const place = usePlace();
const { start: startEngine, track } = usePaperEngines(place);
const status = (): Promise<StatusJson> => statusOf(place);

/** Waits until the engine has heard more prices than before: it lives and works. */
async function expectProgress(): Promise<void> {
  const updates = async (): Promise<number> => (await status()).stats.reactor_updates;
  const before = await updates();
  await expect.poll(updates, { timeout: 30_000 }).toBeGreaterThan(before);
}

describe('mtrade start', () => {
  test('runs until stop, answers meanwhile, leaves a readable state (scenarios 47, 50, 51)', async () => {
    const engine = await startEngine();
    const shown = await mtrade(place, ['status', '--json']);
    const second = await mtrade(place, ['start']);
    const check = await mtrade(place, ['lock', '--check']);
    const stop = await mtrade(place, ['stop']);
    const code = await engine.ended;
    const after = await mtrade(place, ['status', '--json']);
    const free = await mtrade(place, ['lock', '--check']);

    const { pid, pairs } = JSON.parse(shown.stdout) as { pid: number; pairs: unknown[] };
    expect(pid).toBe(engine.child.pid);
    expect(pairs).toHaveLength(16);
    expect(second.code).toBe(75);
    expect(second.stderr).toContain(`pid ${pid}`);
    expect(second.stderr).toContain(place.dataDir);
    expect(check.code).toBe(0);
    expect(check.stdout).toContain(`running: pid ${pid}`);
    expect([stop.code, code]).toEqual([0, 0]);
    expect(after.code).toBe(3);
    expect(JSON.parse(after.stdout)).toMatchObject({ schema: 1, running: false, mode: 'paper' });
    expect((JSON.parse(after.stdout) as { pairs: unknown[] }).pairs).toHaveLength(16);
    expect(free.code).toBe(3);
  });

  test('SIGTERM ends it with exit 0; lock --kill signals it and waits (scenarios 50, 51)', async () => {
    const first = await startEngine();
    first.child.kill('SIGTERM');
    expect(await first.ended).toBe(0);
    const second = await startEngine();

    const kill = await mtrade(place, ['lock', '--kill']);

    expect(kill.code).toBe(0);
    expect(kill.stdout).toContain(`stopped: pid ${second.child.pid}`);
    expect(await second.ended).toBe(0);
    expect((await mtrade(place, ['lock', '--kill'])).code).toBe(3);
  });

  test('goes on trading when nobody reads its output any more (scenario 53, P24)', async () => {
    const engine = await startEngine();
    engine.child.stdout?.destroy();
    engine.child.stderr?.destroy();

    await mtrade(place, ['pause', 'ETH/USDT']);
    await expectProgress();

    expect(engine.child.exitCode).toBeNull();
    engine.child.kill('SIGTERM');
    expect(await engine.ended).toBe(0);
  });

  test.runIf(existsSync('/dev/full'))('goes on trading when the log disk is full (scenario 53)', async () => {
    const engine = await startEngine(['--log-file', '/dev/full']);

    await expectProgress();

    expect(engine.output().stderr).toBe('');
    engine.child.kill('SIGTERM');
    expect(await engine.ended).toBe(0);
  });

  test('without a terminal it prints plain lines, and JSON lines as its log', async () => {
    const engine = await startEngine();
    engine.child.kill('SIGINT');
    await engine.ended;

    const { stdout, stderr } = engine.output();
    expect(stdout).toMatch(
      /^mtrade \d\S* is running; control API at http:\/\/127\.0\.0\.1:\d+\ndata \/.*\nPAPER /,
    );
    expect(stdout).not.toContain('\u001b');
    for (const line of stderr.trimEnd().split('\n')) expect(JSON.parse(line)).toHaveProperty('role');
  });
});

interface Access {
  readonly schema: number;
  readonly rest_url: string;
  readonly ws_url: string;
  readonly api_key: string;
  readonly api_secret: string;
}

async function startExchange(): Promise<{ readonly access: Access; readonly stop: () => Promise<unknown> }> {
  const child = spawn(process.execPath, [MTRADE, 'exchange', '--json'], {
    cwd: place.directory,
    env: environment(place),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  track(child);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const line = await new Promise<string>((resolve) =>
    child.stdout.once('data', (text: Buffer) => resolve(text.toString())),
  );
  const stop = (): Promise<unknown> => {
    child.kill('SIGINT');
    return ended;
  };
  return { access: JSON.parse(line) as Access, stop };
}

const liveEnvironment = ({ rest_url, ws_url, api_key, api_secret }: Access): Record<string, string> => ({
  MTRADE__EXCHANGE__REST_URL: rest_url,
  MTRADE__EXCHANGE__WS_URL: ws_url,
  MTRADE_API_KEY: api_key,
  MTRADE_API_SECRET: api_secret,
});

/** Every byte that the engine left on disk, as text. */
const leftBehind = (): string =>
  readdirSync(place.dataDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n');

describe('with keys, against mtrade exchange', () => {
  test('doctor finds the exchange reachable and the clock right', async () => {
    const { access, stop } = await startExchange();
    await mtrade(place, ['init', '--mode', 'live']);

    const { code, stdout, stderr } = await mtrade(place, ['doctor'], liveEnvironment(access));

    expect(stdout).toMatch(/ok\s+exchange\s+http:\/\/127/);
    expect(stdout).toMatch(/ok\s+clock/);
    expect(stdout + stderr).not.toContain(access.api_secret);
    expect(code).toBe(0);
    expect(await stop()).toBe(0);
  });

  test('live mode trades, and its secret is in no output and no file (S06)', async () => {
    const { access, stop } = await startExchange();
    await mtrade(place, ['init', '--mode', 'live']);

    const engine = await startEngine(['--log-level', 'debug'], liveEnvironment(access));
    await expectProgress();
    const shown = await mtrade(place, ['status']);
    await mtrade(place, ['stop']);
    await engine.ended;

    const { stdout, stderr } = engine.output();
    const everything = [stdout, stderr, shown.stdout, leftBehind()].join('\n');
    expect(shown.stdout).toContain('LIVE: REAL MONEY');
    expect(everything.length).toBeGreaterThan(10_000);
    expect(everything).not.toContain(access.api_secret);
    expect(everything).not.toContain(access.api_key);
    await stop();
  });
});
