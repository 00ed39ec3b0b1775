import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@mtrade/base';
import { openStore } from '@mtrade/store';
import { afterEach, expect, test } from 'vitest';
import { holdsOrders } from '../src/holds-orders.js';

const directories: string[] = [];
afterEach(() => directories.splice(0).forEach((path) => rmSync(path, { recursive: true, force: true })));

function newPath(): string {
  const directory = mkdtempSync(join(tmpdir(), 'mtrade-holds-'));
  directories.push(directory);
  return join(directory, 'mtrade.db');
}

test('no books and books without an order may go with a failed start; what cannot be read is kept', () => {
  const path = newPath();
  expect(holdsOrders(path)).toBe(false);
  openStore({ path, mode: 'paper', exchange: 'gate', account: 'main' }, { clock: systemClock }).close();
  expect(holdsOrders(path)).toBe(false);
  const damaged = newPath();
  writeFileSync(damaged, 'no database');
  expect(holdsOrders(damaged)).toBe(true);
});
