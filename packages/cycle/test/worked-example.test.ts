import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { text } from '@mtrade/money';
import { decide, levels } from '../src/index.js';
import {
  closedOf,
  cycleOf,
  draftOf,
  idlePair,
  makeContext,
  makeFill,
  makeMarket,
  makeRules,
  START_DRAFT,
  trade,
} from './make.js';

/** The cycle of docs/ladder.md, figure by figure: the page cannot drift away from the code. */
test('the worked example of docs/ladder.md is what the rules do', () => {
  const page = readFileSync(new URL('../../../docs/ladder.md', import.meta.url), 'utf8');
  const rules = makeRules();

  const started = trade(idlePair(), START_DRAFT, [makeFill('buy', '0.0300', '100', '0.00006')]).pair;
  const first = levels(started.cycle, rules);
  const averaging = draftOf(decide(started, makeContext(makeMarket('96.29', '96.30'))));
  const averaged = trade(started, averaging, [makeFill('buy', '0.0622', '96.30', '0.0001244')]).pair;
  const second = levels(averaged.cycle, rules);
  const sale = draftOf(decide(averaged, makeContext(makeMarket('98.12', '98.13'))));
  const done = trade(averaged, sale, [makeFill('sell', '0.0920', '98.12', '0.01805408')]);

  const figures = {
    volume0: text(cycleOf(started).baseVolume),
    breakEven0: first.breakEven?.toFixed(4),
    limit1: averaging.limitPrice?.toFixed(2),
    amount1: averaging.baseAmount?.toFixed(4),
    volume1: text(cycleOf(averaged).baseVolume),
    invested1: text(cycleOf(averaged).invested),
    sell1: second.sellPrice?.toFixed(6),
    breakEven1: second.breakEven?.toFixed(4),
    saleLimit: sale.limitPrice?.toFixed(2),
    saleAmount: sale.baseAmount?.toFixed(4),
    proceeds: text(closedOf(done).proceeds),
    dust: text(done.pair.dust.base),
    dustCost: text(done.pair.dust.cost),
    profit: text(closedOf(done).profit),
  };
  const missing = Object.entries(figures).filter(
    ([, figure]) => figure === undefined || !page.includes(figure),
  );
  expect(missing).toEqual([]);
});
