import { createLogger, type LogOptions, registerSecret, Scrubber } from '@mtrade/log';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mtrade-log-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const options = (target: number | string): LogOptions => ({
  level: 'info',
  role: 'cli',
  version: '1.2.3',
  target,
});

function written(path: string): Record<string, unknown>[] {
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

function logTo(name: string) {
  const path = join(directory, name);
  return { path, log: createLogger(options(path)) };
}

describe('lines', () => {
  test('are JSON with level, time, thread and version, one event each', () => {
    const { path, log } = logTo('a');

    log.child({ symbol: 'ETH/USDT' }).info({ clientOrderId: 't-1' }, 'start buy placed');
    log.debug({}, 'below the level');

    const [line, ...more] = written(path);
    expect(more).toEqual([]);
    expect(line).toMatchObject({
      level: 'info',
      role: 'cli',
      version: '1.2.3',
      symbol: 'ETH/USDT',
      clientOrderId: 't-1',
      msg: 'start buy placed',
    });
    expect(Date.parse(String(line?.['time']))).toBeGreaterThan(0);
  });

  test('cannot be forged by a line break or an escape code in a value (S15, S16)', () => {
    const { path, log } = logTo('a');

    log.warn(
      { reply: 'bad\n{"level":"error","msg":"forged"}', nested: { text: '\u001b[2Jx' } },
      'odd\nreply',
    );

    expect(written(path)).toMatchObject([
      { msg: 'odd reply', reply: 'bad {"level":"error","msg":"forged"}', nested: { text: 'x' } },
    ]);
  });

  test('carry whole errors with their cause', () => {
    const { path, log } = logTo('a');

    log.error({ err: new Error('outer', { cause: new TypeError('inner') }) }, 'failed');

    expect(written(path)[0]?.['err']).toMatchObject({
      message: 'outer',
      cause: { type: 'TypeError', message: 'inner' },
    });
  });

  test('survive values that cannot be printed', () => {
    const { path, log } = logTo('a');
    const loop: Record<string, unknown> = { big: 10n };
    loop['self'] = loop;
    const trap = {
      get value(): string {
        throw new Error('no');
      },
    };

    log.info({ loop }, 'loop');
    log.info({ trap }, 'trap');

    expect(written(path).map((line) => line['msg'])).toEqual(['loop', 'trap']);
  });

  test('of several threads do not mix', async () => {
    const path = join(directory, 'shared');
    const code = `
      const { workerData } = require('node:worker_threads');
      import('@mtrade/log').then(({ createLogger }) => {
        const log = createLogger(workerData);
        for (let i = 0; i < 500; i += 1) log.info({ i, pad: 'x'.repeat(200) }, 'line');
      });`;
    const run = () =>
      new Promise((resolve, reject) => {
        const worker = new Worker(code, { eval: true, workerData: options(path) });
        worker.on('exit', resolve).on('error', reject);
      });

    await Promise.all([run(), run()]);

    expect(written(path)).toHaveLength(1_000);
  });
});

describe('secrets (S06)', () => {
  test('a registered secret is masked in every form, wherever it stands', () => {
    const canary = 'xCanary/+"?>"~~=';
    registerSecret(canary);
    const { path, log } = logTo('a');
    const bytes = Buffer.from(canary);
    const forms = [
      canary,
      bytes.toString('hex'),
      bytes.toString('base64'),
      bytes.toString('base64url'),
      encodeURIComponent(canary),
    ];

    for (const form of forms)
      log.child({ form }).error({ err: new Error(`bad ${form} end`), [form]: 1 }, `in ${form}`);

    const text = readFileSync(path, 'utf8');
    expect(written(path)).toHaveLength(forms.length);
    for (const form of forms) expect(text).not.toContain(form);
    expect(text).not.toContain('Canary');
  });

  test('fields with telling names and signatures are masked without being registered', () => {
    const { path, log } = logTo('a');

    log.info(
      { apiKey: 'k', headers: { SIGN: 'abc' }, url: `/x?signature=${'a1'.repeat(32)}&b=1` },
      'request',
    );

    expect(written(path)).toMatchObject([
      { apiKey: '***', headers: { SIGN: '***' }, url: '/x?signature=***&b=1' },
    ]);
  });

  test('a secret is masked where a text is cut, and where it was encoded twice', () => {
    const secret = 'xTwice"\\canary~';
    registerSecret(secret);
    const { path, log } = logTo('a');
    const encoded = JSON.stringify(secret).slice(1, -1);

    log.info({ body: `${'x'.repeat(1_990)}${secret} more` }, `${'y'.repeat(1_990)}${secret} more`);
    log.info({ body: encoded, err: new Error(encoded) }, encoded);

    expect(readFileSync(path, 'utf8')).not.toContain('xTwi');
  });

  test('a short word is not taken for a secret', () => {
    const scrubber = new Scrubber();
    scrubber.register('USD');

    expect(scrubber.scrub('USDT')).toBe('USDT');
  });
});

describe('a sink that fails never reaches the caller (scenario 53, P24)', () => {
  test('a closed descriptor', () => {
    const file = openSync(join(directory, 'x'), 'w');
    const log = createLogger(options(file));
    closeSync(file);

    log.info({}, 'lost');

    expect(log.lostLines()).toBe(1);
  });

  test.runIf(process.platform === 'linux')('a full disk', () => {
    const log = createLogger(options('/dev/full'));

    log.info({}, 'lost');
    log.error({}, 'lost too');

    expect(log.lostLines()).toBe(2);
  });

  test('a path that cannot be opened, until it can', () => {
    const path = join(directory, 'later', 'log');
    const log = createLogger(options(path));
    log.info({}, 'lost');
    mkdirSync(join(directory, 'later'));

    log.info({}, 'kept');

    expect(log.lostLines()).toBe(1);
    expect(written(path)).toMatchObject([{ msg: 'kept' }]);
  });

  test.runIf(process.platform === 'linux')(
    'a reader that stands still: lines are dropped, not waited for',
    async () => {
      const { spawn } = await import('node:child_process');
      const script = join(directory, 'stalled.mjs');
      const { href } = new URL('../dist/index.js', import.meta.url);
      writeFileSync(
        script,
        `import { createLogger } from ${JSON.stringify(href)};
       import { writeFileSync } from 'node:fs';
       const log = createLogger({ level: 'info', role: 'cli', version: '1', target: 1 });
       for (let i = 0; i < 2000; i += 1) log.info({ pad: 'x'.repeat(1000) }, 'line');
       writeFileSync(process.argv[2], String(log.lostLines()));`,
      );
      const result = join(directory, 'result');
      // A pipe of the shell, whose reader reads nothing until the writer has got to its end.
      const pipeline = '"$0" "$1" "$2" | (while [ ! -s "$2" ]; do sleep 0.05; done)';
      const child = spawn('sh', ['-c', pipeline, process.execPath, script, result], { stdio: 'ignore' });

      const code = await new Promise((resolve) => child.on('exit', resolve));

      expect(code).toBe(0);
      expect(Number(readFileSync(result, 'utf8'))).toBeGreaterThan(0);
    },
  );
});
