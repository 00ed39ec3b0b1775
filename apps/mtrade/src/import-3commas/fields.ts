import { isUnset } from './read-bots.js';

/** How well a setting is carried over. */
export type Verdict = 'exact' | 'approximated' | 'not supported';

/** What became of one of their settings. */
export interface FieldReport {
  readonly field: string;
  readonly theirs: string;
  /** Our key, or nothing. */
  readonly key: string;
  readonly ours: string;
  readonly verdict: Verdict;
  /** Why it is not exact; empty for exact ones. */
  readonly reason: string;
}

/**
 * Settings that have no counterpart here: what happens instead. Each is told when it is set, and only then. The page
 * docs/coming-from-3commas.md has the same list; a test compares them.
 */
export const WITHOUT_COUNTERPART: Readonly<Record<string, string>> = {
  take_profit_steps: 'the whole position is sold at once',
  trailing_enabled: 'the sale goes out at its target and does not follow the price',
  trailing_deviation: 'the sale goes out at its target and does not follow the price',
  tsl_enabled: 'the stop stays where it is until the next averaging buy',
  min_profit_percentage: 'there is one target, take_profit_pct',
  stop_loss_timeout_enabled: 'the stop acts at once',
  stop_loss_timeout_in_seconds: 'the stop acts at once',
  sl_to_breakeven_enabled: 'the stop follows averaging buys only',
  cooldown: 'the next cycle begins at once; mtrade pause PAIR holds it',
  deal_start_delay_seconds: 'a cycle begins at once',
  close_deals_timeout: 'a cycle has no time limit',
  disable_after_deals_count: 'cycles go on until you pause the pair',
  min_price: 'a cycle begins at any price',
  max_price: 'a cycle begins at any price',
  min_price_percentage: 'a cycle begins at any price',
  max_price_percentage: 'a cycle begins at any price',
  btc_price_limit: 'a cycle begins at any price',
  min_volume_btc_24h: 'the volume of the market is not looked at',
  close_strategy_list: 'there are no signals; a cycle ends at its target',
  safety_strategy_list: 'there are no signals; an averaging buy needs its price only',
  reinvesting_percentage: 'the base order stays the same; write a larger one when you want it',
  risk_reduction_percentage: 'the base order stays the same',
};

/** What the API sends besides settings; it changes nothing and is not told. */
export const INFORMATION = new Set([
  'id',
  'account_id',
  'account_name',
  'name',
  'pair',
  'type',
  'created_at',
  'updated_at',
  'deletable?',
  'easy_form_supported',
  'is_enabled',
  'active_deals',
  'active_deals_count',
  'active_deals_usd_profit',
  'active_deals_btc_profit',
  'deals_counter',
  'finished_deals_count',
  'finished_deals_profit_usd',
  'bot_pair_or_pairs',
  'url_secret',
  'from_currency_id',
  'to_currency_id',
  'orderbook_price_currency',
  'active_safety_orders_count',
  'reinvested_volume_usd',
]);

/** Settings that `translate` reads itself. */
export const TRANSLATED = new Set([
  'pairs',
  'strategy',
  'base_order_volume',
  'base_order_volume_type',
  'safety_order_volume',
  'safety_order_volume_type',
  'max_safety_orders',
  'safety_order_step_percentage',
  'martingale_volume_coefficient',
  'martingale_step_coefficient',
  'take_profit',
  'take_profit_type',
  'stop_loss_percentage',
  'stop_loss_type',
  'start_order_type',
  'strategy_list',
  'max_active_deals',
  'allowed_deals_on_same_pair',
  'profit_currency',
  'leverage_type',
  'leverage_custom_value',
]);

/** Their value as one short text. */
export const shown = (value: unknown): string => {
  const isList = Array.isArray(value) && value.every((one) => typeof one === 'string');
  const text = typeof value === 'string' ? value : isList ? value.join(', ') : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
};

/** The settings of a bot that nobody here can follow, and those that nobody here knows. */
export function withoutCounterpart(bot: Readonly<Record<string, unknown>>): FieldReport[] {
  return Object.entries(bot).flatMap(([field, value]): FieldReport[] => {
    if (INFORMATION.has(field) || TRANSLATED.has(field) || isUnset(value)) return [];
    const instead = WITHOUT_COUNTERPART[field];
    const isIdle = field === 'trailing_deviation' && isUnset(bot['trailing_enabled']);
    const isIdleTimeout =
      field === 'stop_loss_timeout_in_seconds' && isUnset(bot['stop_loss_timeout_enabled']);
    if (isIdle || isIdleTimeout) return [];
    return [
      {
        field,
        theirs: shown(value),
        key: '',
        ours: '',
        verdict: 'not supported',
        reason: instead ?? 'not known here; look up what it does before you rely on it',
      },
    ];
  });
}
