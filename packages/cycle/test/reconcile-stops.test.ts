import { price } from '@mtrade/money';
import { describe, expect, test } from 'vitest';
import { type Intent, type SeenStop, standingOfStop } from '@mtrade/cycle';
import { idlePair, makeParams, ms, NOW, open, START_DRAFT } from './make.js';

let ids = 0;
/** A later row each time. */
function row(state: Intent['state'], stopId: string | null, cycleId: number): Intent {
  const { intent } = open(idlePair(), START_DRAFT, makeParams({ stopLossPct: '5' }));
  ids += 1;
  return { ...intent, id: ids, cycleId, state, side: 'sell', stop: { triggerPrice: price('95'), stopId } };
}

const OPEN: SeenStop = { status: 'open', firedOrderId: null };
const ownerOf = (seen: SeenStop, alike: readonly Intent[]): number | null => {
  const standing = standingOfStop(seen, { known: null, alike }, ms(NOW));
  return standing.type === 'surplus' ? standing.intent.id : null;
};

describe('whose a stop without a name is, when several rows are alike', () => {
  test('one that was never found may have come late; one that has its own stop has it', () => {
    const lost = row('NEVER', null, 1);
    const placed = row('KILLED', '5', 1);
    expect(ownerOf(OPEN, [lost, placed])).toBe(lost.id);
    expect(ownerOf(OPEN, [placed])).toBe(placed.id);
  });

  test('what it sells are the coins of the newest cycle, so that one has it, and not a lost one of a cycle that is over', () => {
    const lost = row('NEVER', null, 1);
    const placed = row('LIVE', '5', 2);
    expect(ownerOf(OPEN, [lost, placed])).toBe(placed.id);
    expect(ownerOf({ status: 'fired', firedOrderId: '9' }, [placed, lost])).toBe(placed.id);
  });

  test('a refused one was never there', () => {
    expect(ownerOf(OPEN, [row('REJECTED', null, 1)])).toBeNull();
  });
});
