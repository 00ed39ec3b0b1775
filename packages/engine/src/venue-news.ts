import type { EngineContext } from './context.js';
import { journal } from './journal.js';
import type { VenueNews } from './ports/index.js';

/** What concerns every call after it: kept where the next decision looks, told once, and never a reason to try again at once. */
export function hearNews(context: EngineContext, news: VenueNews): void {
  const { access, books, budget, clock, exchangeClock, log } = context;
  const nowMono = clock.monoMs();
  switch (news.type) {
    case 'spent':
      return budget.spent(nowMono, news.calls);
    case 'paused': {
      const { reason, untilMono } = news;
      const isNew = budget.pausedAt(nowMono) === null && untilMono > nowMono;
      budget.pause({ reason, untilMono });
      if (!isNew) return;
      const forMs = Math.round(untilMono - nowMono);
      log.warn({ reason, forMs }, 'the exchange wants no requests for a while');
      return books.commit({
        journal: [journal(clock.epochMs(), 'exchange.paused', null, { reason, forMs })],
      });
    }
    case 'key-refused': {
      if (access.keyRefused !== null) return;
      access.keyRefused = news.label;
      log.error({ label: news.label }, 'the exchange refuses the key: trading halts');
      const details = { label: news.label };
      return books.commit({ journal: [journal(clock.epochMs(), 'exchange.key-refused', null, details)] });
    }
    case 'clock-doubted':
      // Nothing is sent until it has been measured anew, which the resolver sees to.
      exchangeClock.doubt();
      log.warn({}, 'the exchange calls a request too late: its clock is measured anew');
  }
}
