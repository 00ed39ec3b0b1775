import { baseQty, decimal, price, text } from '@mtrade/money';
import { describe, expect, test } from 'vitest';
import {
  haltAfterStopOuts,
  type OrderDraft,
  type PairState,
  reset,
  resume,
  type RollbackReason,
  validateLadder,
} from '@mtrade/cycle';
import { activePair, idlePair, makeFill, makeParams, makeRules, NOW, trade } from './make.js';

const SALE: OrderDraft = {
  side: 'sell',
  purpose: 'stop-loss',
  step: 0,
  type: 'limit',
  timeInForce: 'ioc',
  baseAmount: baseQty('0.03'),
  quoteAmount: null,
  limitPrice: price('90'),
};
const STOP = { ...SALE, stop: { triggerPrice: price('95'), stopId: null } };

/** 0.03 bought at 100, and the order ends the cycle at this price. */
function ends(at: string, draft: OrderDraft, before: Partial<PairState> = {}): PairState {
  const pair = { ...activePair(), ...before };
  return trade(pair, draft, [makeFill('sell', '0.03', at)]).pair;
}

describe('stop-outs in a row', () => {
  test('a stop that sells at a loss counts, a profit begins anew, a loss by hand says nothing', () => {
    expect(ends('94', STOP, { stopOuts: 1 }).stopOuts).toBe(2);
    expect(ends('101', { ...SALE, purpose: 'take-profit' }, { stopOuts: 2 }).stopOuts).toBe(0);
    expect(ends('94', { ...SALE, purpose: 'manual-sell' }, { stopOuts: 2 }).stopOuts).toBe(2);
  });

  test('the engine’s own sale of what it could not protect counts, too, and says what was done', () => {
    const position = { rollback: 'trigger-passed' as RollbackReason } as PairState['position'];
    const { stopOuts, lastExit } = ends('94', SALE, { position });
    expect([stopOuts, lastExit]).toEqual([
      1,
      '0.03 ETH were sold at the market for 94 USDT: the price had passed its stop, and none lay on the exchange',
    ]);
  });

  test('what it did stays in sight over further losses, and goes with a profit', () => {
    expect(ends('94', STOP, { lastExit: 'sold' }).lastExit).toBe('sold');
    expect(ends('101', { ...SALE, purpose: 'take-profit' }, { lastExit: 'sold' }).lastExit).toBeNull();
  });

  test('at the limit the pair wants a human; 0 means never; resume and reset begin anew', () => {
    const pair = idlePair({ stopOuts: 3, lastExit: 'sold' });
    expect(haltAfterStopOuts(pair, 4).attention).toBeNull();
    expect(haltAfterStopOuts(pair, 0).attention).toBeNull();
    const halted = haltAfterStopOuts(pair, 3);
    expect(halted.attention).toMatch(/3 cycles in a row were ended by their stop with a loss.*resume/);
    expect(resume(halted)).toMatchObject({ attention: null, stopOuts: 0, lastExit: null });
    expect(reset(halted, NOW).pair).toMatchObject({ attention: null, stopOuts: 0, lastExit: null });
  });
});

describe('a stop_loss_pct that cannot make sense', () => {
  const judge = (stopLossPct: string, feePct = '0.2') => {
    const { errors, warnings } = validateLadder(makeParams({ stopLossPct }), { feePct: decimal(feePct) });
    return {
      errors: errors.map(({ message }) => message),
      narrow: warnings.map(({ message }) => message).filter((message) => message.includes('narrow')),
    };
  };

  test('not above the fees of both sides: refused, with what to do', () => {
    expect(judge('0.4').errors).toEqual([
      'stop_loss_pct 0.4 is not more than the fee of buying and selling (0.4 %): each cycle would end at its stop, with a loss; set it to 0 for no stop, or well above 0.4',
    ]);
    expect(judge('0.41').errors).toEqual([]);
  });

  test('a little above them: warned', () => {
    expect(judge('0.41').narrow).toEqual([
      expect.stringMatching(/^stop_loss_pct 0.41 is narrow: fees take 0.4 % of it.*from 0.9 on/),
    ]);
    expect(judge('0.89').narrow).toHaveLength(1);
    expect(judge('0.9')).toEqual({ errors: [], narrow: [] });
  });

  test('no stop is no narrow stop, and without a known fee nothing is said', () => {
    expect(judge('0')).toEqual({ errors: [], narrow: [] });
    expect(validateLadder(makeParams({ stopLossPct: '0.01' })).errors).toEqual([]);
  });

  test('the fee that the exchange has told counts where it is known', () => {
    const report = validateLadder(makeParams({ stopLossPct: '0.4' }), { rules: makeRules() });
    expect(text(makeRules().feeRate)).toBe('0.002');
    expect(report.errors[0]?.message).toMatch(/not more than the fee/);
  });
});
