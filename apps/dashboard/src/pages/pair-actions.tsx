import type { PairStatus } from '@mtrade/runtime';
import { amount, baseOf } from '../format.js';
import { mayCommand } from '../live.js';
import { ask, type Command } from '../parts/confirm.js';
import { useFetch } from '../use-fetch.js';

interface ConfigAnswer {
  readonly config: { readonly engine: { readonly sell_when_forbidden: boolean } };
}

/** What becomes of an open position, by the configuration that is in force. */
function whenForbidden(sells: boolean | null): string {
  if (sells === null)
    return 'Whether it still sells is said in the configuration (engine.sell_when_forbidden).';
  return sells
    ? 'What it holds is still sold at its sale price (engine.sell_when_forbidden is true).'
    : 'What it holds is not sold either, until it is permitted again (engine.sell_when_forbidden is false).';
}

/** What can be asked of one pair now, each with what it will do and what it will not. */
function commandsFor(
  pair: PairStatus,
  name: string,
  sellsWhenForbidden: boolean | null,
): readonly (Command & { readonly id: string })[] {
  const { symbol } = pair;
  const path = (verb: string): string => `/v1/pairs/${name}/${verb}`;
  const hold = pair.paused
    ? {
        id: 'resume',
        path: path('resume'),
        title: `Resume ${symbol}?`,
        effect:
          'The pair may start a new cycle again, and what stopped it is forgotten. A running cycle goes on as it is.',
        button: 'Resume',
        done: `${symbol} is resumed.`,
        tone: 'plain' as const,
      }
    : {
        id: 'pause',
        path: path('pause'),
        title: `Pause ${symbol}?`,
        effect: 'No new cycle starts. A running cycle goes on: it still buys its next rows and still sells.',
        button: 'Pause',
        done: `${symbol} is paused.`,
        tone: 'plain' as const,
      };
  const permit = pair.trade
    ? {
        id: 'forbid',
        path: path('permit'),
        body: { on: false },
        title: `Take ${symbol}'s permission to buy?`,
        effect: `The pair buys nothing any more, not even the next row of a running cycle. ${whenForbidden(sellsWhenForbidden)}`,
        button: 'Take permission',
        done: `${symbol} may not buy any more.`,
        tone: 'danger' as const,
      }
    : {
        id: 'permit',
        path: path('permit'),
        body: { on: true },
        title: `Permit ${symbol} to buy?`,
        effect: 'The pair trades by its rules from the next price on.',
        button: 'Permit',
        done: `${symbol} may buy.`,
        tone: 'plain' as const,
      };
  const sell: Command & { readonly id: string } = {
    id: 'sell',
    path: path('sell'),
    title: `Sell ${symbol} now?`,
    effect: `The whole position (${amount(pair.base_volume)} ${baseOf(symbol)}) is sold at the market, whatever it brings, also at a loss. The cycle ends with it${pair.trade && !pair.paused ? '; a new cycle begins at once: pause the pair first to stay out' : ''}.`,
    button: 'Sell now',
    done: `${symbol} is being sold.`,
    tone: 'danger',
  };
  const reset: Command & { readonly id: string } = {
    id: 'reset',
    path: path('reset'),
    title: `Reset ${symbol}?`,
    effect:
      'The engine forgets the running cycle and pauses the pair. Coins that it holds stay on the account, and nobody sells them for you.',
    button: 'Reset',
    done: `${symbol} is reset and paused.`,
    tone: 'danger',
  };
  return [hold, permit, ...(pair.cycle_start_state === 2 ? [sell] : []), reset];
}

const LABELS: Readonly<Record<string, string>> = {
  pause: 'Pause',
  resume: 'Resume',
  permit: 'Permit',
  forbid: 'Forbid',
  sell: 'Sell now',
  reset: 'Reset',
};

/** Nothing with a token that may only look. */
export function PairActions({ pair, name }: { readonly pair: PairStatus; readonly name: string }) {
  const { data } = useFetch<ConfigAnswer>('/v1/config');
  if (!mayCommand.value) return null;
  return (
    <div class="actions">
      <div class="buttons start" data-testid="actions">
        {commandsFor(pair, name, data?.config.engine.sell_when_forbidden ?? null).map((command) => (
          <button
            key={command.id}
            type="button"
            class={command.id === 'sell' || command.id === 'reset' ? 'quiet-danger' : ''}
            onClick={() => ask(command)}
          >
            {LABELS[command.id]}
          </button>
        ))}
      </div>
      <p class="hint">
        {pair.paused ? 'Resume: new cycles may start again.' : 'Pause: no new cycle; a running one goes on.'}{' '}
        {pair.trade ? 'Forbid: it buys nothing any more.' : 'Permit: it may buy again.'}
      </p>
    </div>
  );
}
