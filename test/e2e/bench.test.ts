import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { mtrade, usePlace } from './cli-process.js';

const place = usePlace();

interface Rows {
  readonly schema: number;
  readonly rows: readonly {
    readonly id: string;
    readonly lines: readonly { readonly summary: { readonly count: number; readonly median: number } }[];
  }[];
}

describe('mtrade bench', () => {
  test('measures starts and first orders of real engines, and leaves nothing behind', async () => {
    const { code, stdout, stderr } = await mtrade(place, [
      'bench',
      'start',
      '--quick',
      '--json',
      '--dir',
      '.',
    ]);
    expect([code, stderr]).toEqual([0, expect.stringContaining('start')]);
    expect(stderr).toContain('a look, not a measurement');
    const { schema, rows } = JSON.parse(stdout) as Rows;
    expect(schema).toBe(1);
    const [firstOrder, ready] = rows;
    expect([firstOrder?.id, ready?.id]).toEqual(['first-order', 'ready']);
    // Every start brought its order: one that was lost would be missing here.
    expect(firstOrder?.lines.map(({ summary }) => summary.count)).toEqual([2]);
    expect(ready?.lines[0]?.summary.median).toBeGreaterThan(0);
    expect(readdirSync(place.directory)).toEqual([]);
  });

  test('names its rows when one is asked for that it does not have', async () => {
    const { code, stderr } = await mtrade(place, ['bench', 'nothing']);
    expect(code).toBe(2);
    expect(stderr).toContain('reaction-slow');
  });
});
