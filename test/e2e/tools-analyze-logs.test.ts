import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { environment, mtrade, MTRADE, usePlace } from './cli-process.js';

interface Answer {
  readonly lines: number;
  readonly malformed: number;
  readonly outside: number;
  readonly errors: number;
  readonly warnings: number;
  readonly errors_per_hour: number;
  readonly errors_by_kind: Top;
  readonly errors_by_pair: Top;
  readonly hours: readonly { readonly hour: string; readonly lines: number; readonly errors: number }[];
  readonly timeline: { readonly lines: readonly { readonly message: string }[] } | null;
}
interface Top {
  readonly rows: readonly { readonly name: string; readonly count: number }[];
  readonly other: number;
}

const place = usePlace();

const line = (time: string, level: string, msg: string, fields: Record<string, unknown> = {}): string =>
  JSON.stringify({ level, time: `2026-11-21T${time}Z`, role: 'cycler', version: '0.1.0', ...fields, msg });

const LOG = [
  line('10:00:00.000', 'info', 'engine started'),
  line('10:10:00.000', 'error', 'a pass over the pair failed', { symbol: 'ETH/USDT' }),
  line('10:20:00.000', 'warn', 'price feed disconnected'),
  line('11:00:00.000', 'error', 'a pass over the pair failed', { symbol: 'BTC/USDT' }),
  line('11:01:00.000', 'error', 'order 17 not sent', { symbol: 'ETH/USDT' }),
  line('11:02:00.000', 'error', 'order 18 not sent', { symbol: 'ETH/USDT' }),
  'Error: not ours',
  '{"level":"error","time":"never","msg":"no time"}',
  '{"half a li',
  line('12:30:00.000', 'info', 'engine stopped'),
].join('\n');

async function analyze(args: readonly string[]): Promise<Answer> {
  const { code, stdout, stderr } = await mtrade(place, ['analyze-logs', '--json', ...args]);
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as Answer;
}

function file(name: string, content: string | Uint8Array): string {
  const path = join(place.directory, name);
  writeFileSync(path, content);
  return path;
}

describe('mtrade analyze-logs', () => {
  test('errors by kind, pair and hour; what is no line of ours is counted and never fatal', async () => {
    const answer = await analyze([file('mtrade.log', LOG)]);

    expect(answer).toMatchObject({ schema: 1, lines: 7, malformed: 3, errors: 4, warnings: 1 });
    expect(answer.errors_by_kind.rows).toEqual([
      { name: 'a pass over the pair failed', count: 2 },
      { name: 'order # not sent', count: 2 },
    ]);
    expect(answer.errors_by_pair.rows).toEqual([
      { name: 'ETH/USDT', count: 3 },
      { name: 'BTC/USDT', count: 1 },
    ]);
    expect(answer.hours.map(({ hour, lines, errors }) => [hour, lines, errors])).toEqual([
      ['2026-11-21T10', 3, 1],
      ['2026-11-21T11', 3, 3],
      ['2026-11-21T12', 1, 0],
    ]);
    expect(answer.errors_per_hour).toBe(1.33);
  });

  test("the engine's own words beside its log are no malformed lines", async () => {
    const words = [
      'mtrade 0.1.0 is running; control API at http://127.0.0.1:5000',
      'data /var/lib/mtrade',
      'PAPER up 3s, pairs: 16 idle; realized profit 0; errors 0',
      'Nov 21 12:20:56 host mtrade[7]: stopped. PAPER up 60s, realized profit 0.1 USDT; errors 0',
      'mtrade: the exchange cannot be reached',
    ];

    const answer = await analyze([file('both.log', `${words.join('\n')}\n${LOG}`)]);

    expect(answer).toMatchObject({ lines: 7, malformed: 3 });
  });

  test('a packed file, journald in both of its forms and several files mean the same', async () => {
    const entries = LOG.split('\n').filter((one) => one.includes('"version"'));
    const packed = file('mtrade.log.1', gzipSync(LOG));
    const exported = file(
      'journal.export',
      entries
        .map((one) => `__REALTIME_TIMESTAMP=1\n_PID=7\nMESSAGE=${one}\n\n`)
        .concat('MESSAGE=Started mtrade.\n\n')
        .join(''),
    );
    const asJson = file(
      'journal.json',
      entries.map((MESSAGE) => JSON.stringify({ _PID: '7', MESSAGE })).join('\n'),
    );
    const syslog = file('syslog', entries.map((one) => `Nov 21 10:00:00 host mtrade[7]: ${one}`).join('\n'));

    for (const path of [packed, exported, asJson, syslog])
      expect([path, (await analyze([path])).errors_by_kind.rows.length]).toEqual([path, 2]);
    const all = await analyze([packed, exported, asJson, syslog]);
    expect([all.lines, all.errors, all.malformed]).toEqual([28, 16, 3]);
  });

  test('--from, --to and --around cut out what was asked for', async () => {
    const path = file('mtrade.log', LOG);
    const cut = await analyze([path, '--from', '2026-11-21T11:00', '--to', '2026-11-21T11:02']);
    expect([cut.lines, cut.outside, cut.errors]).toEqual([2, 5, 2]);
    const zoned = await analyze([path, '--from', '2026-11-21T12:00+01:00', '--to', '2026-11-21T12:02+01:00']);
    expect(zoned.lines).toBe(2);

    const around = await analyze([path, '--around', '2026-11-21T11:01:30', '--minutes', '1']);
    expect(around.timeline?.lines.map(({ message }) => message)).toEqual([
      'order 17 not sent',
      'order 18 not sent',
    ]);
    const text = await mtrade(place, [
      'analyze-logs',
      path,
      '--around',
      '2026-11-21 11:01',
      '--minutes',
      '1',
    ]);
    expect(text.stdout).toMatch(/^11:01:00\.000 {2}error {2}cycler {6}ETH\/USDT {4}order 17 not sent$/m);
  });

  test.each([
    [['nowhere.log']],
    [['x.log', '--from', 'yesterday']],
    [['x.log', '--from', '2026-13-45']],
    [['x.log', '--from', '2026-11-22', '--to', '2026-11-21']],
    [['x.gz']],
  ])('%j is a usage error: exit 2', async (args) => {
    file('x.log', LOG);
    file('x.gz', gzipSync(LOG).subarray(0, 40));
    const { code, stdout, stderr } = await mtrade(place, ['analyze-logs', ...args]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).not.toBe('');
  });

  test('S15: what a log contains cannot reach the terminal', async () => {
    const path = file(
      'evil.log',
      line('10:00:00.000', 'error', 'x\u001b[2Jy', { symbol: '\u001b]0;z\u0007' }),
    );
    const { stdout } = await mtrade(place, ['analyze-logs', path, '--around', '2026-11-21T10:00']);
    // oxlint-disable-next-line no-control-regex
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });
});

/** 50 MB in which every line has a kind, a pair and an hour of its own, and one line that never ends. */
function hugeLog(path: string): number {
  const fd = openSync(path, 'w');
  let lines = 0;
  for (let bytes = 0; bytes < 50e6;) {
    const chunk: string[] = [];
    for (let i = 0; i < 2_000; i += 1, lines += 1) {
      const time = new Date(lines * 3_600_000).toISOString();
      const letters = lines.toString(26).replaceAll(/\d/g, (digit) => 'qrstuvwxyz'.charAt(Number(digit)));
      chunk.push(
        `${JSON.stringify({ level: 'error', time, role: 'cycler', symbol: `X${lines}/USDT`, msg: `failure ${letters} ${'.'.repeat(100)}` })}\n`,
      );
    }
    bytes += writeSync(fd, chunk.join(''));
  }
  for (let i = 0; i < 8; i += 1) writeSync(fd, '{'.repeat(1e6));
  closeSync(fd);
  return lines;
}

/** Largest resident size of `mtrade analyze-logs`, as the kernel counts it, with its answer. */
function measured(input: string, fromStdin: boolean): Promise<{ answer: Answer; peakKb: number }> {
  const report = join(place.directory, 'peak');
  const tail = `process.on('exit', () => require('node:fs').writeFileSync(${JSON.stringify(report)}, String(process.resourceUsage().maxRSS)))`;
  const hook = join(place.directory, 'peak.cjs');
  writeFileSync(hook, tail);
  return new Promise((resolve, reject) => {
    const stdin = fromStdin ? openSync(input, 'r') : 'ignore';
    const child = spawn(
      process.execPath,
      [
        '--require',
        hook,
        MTRADE,
        'analyze-logs',
        '--json',
        '--around',
        '1970-02-01',
        fromStdin ? '-' : input,
      ],
      { cwd: place.directory, env: environment(place), stdio: [stdin, 'pipe', 'inherit'] },
    );
    let stdout = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.on('error', reject);
    child.on('close', () => {
      if (typeof stdin === 'number') closeSync(stdin);
      resolve({ answer: JSON.parse(stdout) as Answer, peakKb: Number(readFileSync(report, 'utf8')) });
    });
  });
}

test('50 MB of lines that are all different, and one of 8 MB: memory does not follow the size of the input', async () => {
  const path = join(place.directory, 'huge.log');
  const lines = hugeLog(path);
  const small = await measured(file('small.log', LOG), false);
  for (const fromStdin of [false, true]) {
    const { answer, peakKb } = await measured(path, fromStdin);

    expect([answer.lines, answer.errors, answer.malformed]).toEqual([lines, lines, 1]);
    expect(answer.errors_by_kind.rows).toHaveLength(20);
    expect(answer.errors_by_kind.other).toBe(lines - 20);
    expect(answer.errors_by_pair.other).toBe(lines - 20);
    expect(answer.hours).toHaveLength(10_000);
    expect(peakKb).toBeLessThan(small.peakKb + 100_000);
  }
});
