import { MtradeError } from '@mtrade/base';
import type { ExportLine } from '@mtrade/store';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { harmless, WRITERS } from '../src/export/formats.js';
import { newFile } from '../src/export/new-file.js';
import { TRADE_COLUMNS, tradeRecord } from '../src/export/trade-record.js';

const line = (over: Partial<ExportLine> = {}): ExportLine => ({
  exchange: 'gate',
  tradeId: '7',
  epochMs: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
  symbol: 'ETH/USDT',
  side: 'sell',
  amount: '0.000000000000000001',
  price: '1234567890.123456789',
  cost: '0.000000001234567890123456789',
  fee: '-0.000000092',
  feeCoin: 'USDT',
  role: 'taker',
  purpose: 'take-profit',
  step: 2,
  intentId: 1,
  orderId: '99',
  clientOrderId: 't-1',
  cycleId: 5,
  cycleNumber: 3,
  realizedProfit: '-0.5',
  ...over,
});

describe('an exported trade', () => {
  test('begins with the columns that tax programs know, and no digit of an amount is lost', () => {
    expect(TRADE_COLUMNS.slice(0, 11).join()).toBe(
      'timestamp,exchange,pair,side,amount,price,cost,fee,fee_currency,order_id,client_order_id',
    );
    const { head, batch } = WRITERS.csv;
    expect(head).toBe(`${TRADE_COLUMNS.join()}\n`);
    expect(batch([tradeRecord(line(), 'live')])).toBe(
      '2026-01-02T03:04:05.678Z,gate,ETH/USDT,sell,0.000000000000000001,1234567890.123456789,' +
        '0.000000001234567890123456789,-0.000000092,USDT,99,t-1,7,taker,take-profit,3,2,-0.5,live\n',
    );
  });

  test('is the same object in both formats', () => {
    const record = tradeRecord(line({ orderId: null, realizedProfit: null }), 'paper');
    expect(Object.keys(record)).toEqual([...TRADE_COLUMNS]);
    expect(JSON.parse(WRITERS.jsonl.batch([record]))).toEqual(record);
    expect(WRITERS.csv.batch([record])).toContain(',USDT,,t-1,');
    expect(WRITERS.jsonl.head).toBe('');
  });

  test.each(['=1+1', '+49', '-x', '@SUM(A1)', '\tx', '\rx', "-1'", '--1', '-1e5', '=cmd|"/c calc"!A1'])(
    '%j from the exchange is no formula in a spreadsheet',
    (evil) => {
      expect(harmless(evil)).toBe(`'${evil}`);
      const text = WRITERS.csv.batch([tradeRecord(line({ feeCoin: evil, orderId: evil }), 'live')]);
      expect(text).not.toContain(`,${evil}`);
      expect(text).toContain("'");
    },
  );

  test.each(['-1', '-0.000000092', '12', 'ETH/USDT', '', 'a=b'])('%j stays as it is', (cell) => {
    expect(harmless(cell)).toBe(cell);
  });

  test('quotes and line ends inside a cell stay inside it', () => {
    const text = WRITERS.csv.batch([tradeRecord(line({ feeCoin: 'a"b,c\nd' }), 'live')]);
    expect(text).toContain('"a""b,c\nd"');
  });
});

function directory(): string {
  const path = mkdtempSync(join(tmpdir(), 'mtrade-export-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

const codeOf = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    return error instanceof MtradeError ? error.code : String(error);
  }
  return 'nothing';
};

describe('an exported file', () => {
  test('is there whole or not at all, for its owner only, and nothing lies beside it', () => {
    const place = directory();
    const path = join(place, 'x.csv');
    const file = newFile(path, { force: false });
    file.write('a\n');
    expect(existsSync(path)).toBe(false);
    file.write('b\n');
    file.finish();
    file.discard();
    expect(readFileSync(path, 'utf8')).toBe('a\nb\n');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(place)).toEqual(['x.csv']);
  });

  test('that was given up leaves nothing, and not what was there before in pieces', () => {
    const place = directory();
    const path = join(place, 'x.csv');
    writeFileSync(path, 'old');
    const file = newFile(path, { force: true });
    file.write('half');
    file.discard();
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(place)).toEqual(['x.csv']);
  });

  test('never replaces another without --force, also one that came meanwhile', () => {
    const path = join(directory(), 'x.csv');
    const first = newFile(path, { force: false });
    writeFileSync(path, 'somebody else');
    first.write('mine');
    expect(codeOf(() => first.finish())).toBe('MTRADE_USAGE');
    first.discard();
    expect(codeOf(() => newFile(path, { force: false }))).toBe('MTRADE_USAGE');
    expect(readFileSync(path, 'utf8')).toBe('somebody else');

    const forced = newFile(path, { force: true });
    forced.write('new');
    forced.finish();
    expect(readFileSync(path, 'utf8')).toBe('new');
  });

  test('in a directory that is not there is a slip of the pen: exit 2', () => {
    expect(codeOf(() => newFile(join(directory(), 'no', 'x.csv'), { force: false }))).toBe('MTRADE_USAGE');
  });
});
