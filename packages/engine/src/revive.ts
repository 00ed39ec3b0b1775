import { transition, withIntent } from '@mtrade/cycle';
import { text } from '@mtrade/money';
import type { EngineContext } from './context.js';
import { journal } from './journal.js';
import { mostSpent } from './placing.js';

/**
 * Start-up is recovery: whatever an earlier life heard about its open orders is not relied on. Each becomes unknown and
 * is resolved by looking at the exchange, as if its answer had been lost. Other pairs are not held up, but may not spend
 * what an open buy may still take.
 */
export function reviveIntents(context: EngineContext): void {
  const { books, clock, log } = context;
  for (const pair of books.pairs()) {
    const quote = pair.symbol.split('/')[1] ?? '';
    for (const intent of pair.openIntents) {
      if (intent.side === 'buy') context.account.commit(intent.id, quote, mostSpent(intent));
      const next = transition(intent, { type: 'restarted' });
      if (next === intent) continue;
      log.warn(
        { symbol: pair.symbol, clientOrderId: intent.clientOrderId, was: intent.state },
        'an order of the last run is looked up',
      );
      books.commit({
        pair: withIntent(books.pair(pair.symbol), next),
        intentMoves: [{ intent: next, from: intent.state }],
        journal: [
          journal(clock.epochMs(), 'order.inherited', pair.symbol, {
            clientOrderId: intent.clientOrderId,
            was: intent.state,
          }),
        ],
      });
    }
  }
}

/** A pair that left the configuration with a position keeps it: nobody sells it, and somebody has to know. */
export function warnOfForsaken({ books, pairs, log }: EngineContext): void {
  for (const { symbol, cycle, openIntents } of books.pairs()) {
    if (pairs.has(symbol) || (cycle === null && openIntents.length === 0)) continue;
    const baseVolume = cycle && text(cycle.baseVolume);
    log.warn(
      { symbol, baseVolume },
      'this pair has an open position but is no longer configured: it is neither sold nor bought',
    );
  }
}
