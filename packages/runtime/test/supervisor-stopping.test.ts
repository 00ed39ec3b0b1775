import { systemClock } from '@mtrade/base';
import { resolveConfig } from '@mtrade/config';
import { silentLogger } from '@mtrade/log';
import { expect, test } from 'vitest';
import { Supervisor } from '../src/supervisor/supervisor.js';

test('a start that has failed meanwhile opens no books: who is stopping tells no thread to begin', async () => {
  const toml = new TextEncoder().encode('[[pairs]]\nsymbol = "ETH/USDT"\n');
  const { config } = resolveConfig(
    { argvPath: '/mtrade.toml', cwd: '/', home: '/', env: {} },
    { fs: { readFile: () => toml, exists: () => true } },
  );
  const supervisor = new Supervisor(
    {
      config,
      secrets: { apiKey: 'key', apiSecret: 'secret' },
      account: 'main',
      claim: { process: { pid: 1, bootId: 'boot', processStart: '1' }, witnesses: [] },
      databasePath: '/nowhere/mtrade.db',
      version: '0.0.0',
      startedAt: '2026-01-01T00:00:00.000Z',
      logPlan: { level: 'silent', target: 2, version: '0.0.0' },
    },
    {
      clock: systemClock,
      log: silentLogger,
      checkRules: () => undefined,
      onJournal: () => undefined,
      onFatal: () => undefined,
    },
  );
  await supervisor.stop(0);

  // Told to begin, it would wait here for a thread that says it is ready.
  await expect(supervisor.begin()).resolves.toBeUndefined();
});
