/** The one text of each SELECT list; writer, loader and reader share it. */
export const PAIR_COLUMNS = [
  'symbol',
  'permitted',
  'paused',
  'attention',
  'cycles_started',
  'dust_base',
  'dust_cost',
  'realized_profit',
  'retry_at_ms',
  'failures',
  'decisions',
  'stop_outs',
  'last_exit',
] as const;

export const CYCLE_COLUMNS = [
  'id',
  'symbol',
  'number',
  'state',
  'params',
  'ladder',
  'step',
  'start_price',
  'last_buy_price',
  'base_volume',
  'invested',
  'proceeds',
  'profit',
  'started_ms',
  'last_fill_ms',
  'closed_ms',
] as const;

export const INTENT_COLUMNS = [
  'id',
  'client_order_id',
  'epoch',
  'symbol',
  'side',
  'purpose',
  'cycle_id',
  'decision_no',
  'step',
  'type',
  'time_in_force',
  'base_amount',
  'quote_amount',
  'limit_price',
  'state',
  'created_ms',
  'deadline_ms',
  'offset_error_ms',
  'exchange_order_id',
  'finish_as',
  'filled_base',
  'filled_quote',
  'proof',
  'closed_ms',
  'trigger_price',
  'stop_id',
] as const;

export const POSITION_COLUMNS = [
  'cycle_id',
  'symbol',
  'state',
  'stop_volume',
  'rollback',
  'refusals',
  'retry_at_ms',
  'unprotected_since_ms',
  'sell_until_ms',
  'opened_ms',
  'closed_ms',
] as const;

export const FILL_COLUMNS = [
  'symbol',
  'trade_id',
  'intent_id',
  'cycle_id',
  'side',
  'base_amount',
  'price',
  'fee',
  'fee_coin',
  'role',
  'epoch_ms',
] as const;

export const JOURNAL_COLUMNS = ['id', 'epoch_ms', 'symbol', 'event', 'details'] as const;

/** `INSERT INTO table (a, b) VALUES (@a, @b)`. */
export const insertSql = (table: string, columns: readonly string[]): string =>
  `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map((c) => `@${c}`).join(', ')})`;

/** `INSERT INTO table (a, b) VALUES (?, ?)`. */
export const insertByPlaceSql = (table: string, columns: readonly string[]): string =>
  `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`;

/** `INSERT ... ON CONFLICT (key) DO UPDATE SET b = excluded.b, ...`. */
export const upsertSql = (table: string, key: string, columns: readonly string[]): string =>
  `${insertSql(table, columns)} ON CONFLICT (${key}) DO UPDATE SET ${columns
    .filter((c) => c !== key)
    .map((c) => `${c} = excluded.${c}`)
    .join(', ')}`;
