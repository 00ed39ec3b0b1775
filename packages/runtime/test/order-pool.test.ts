import { expect, test } from 'vitest';
import { createOrderPool } from '../src/supervisor/workers.js';

test('P17: what a given-up order thread dies of later is heard, and does not end the process', async () => {
  const heard: unknown[] = [];
  const pool = createOrderPool((error) => void heard.push(error));
  const late = new Error('ran out of memory');

  pool.emit('error', late);

  expect(heard).toEqual([late]);
  await pool.destroy();
});
