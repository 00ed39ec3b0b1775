/** The exchange's own error labels, as far as this one raises them. */
export type ErrorLabel =
  | 'AMOUNT_TOO_LITTLE'
  | 'AUTO_ORDER_NOT_FOUND'
  | 'AUTO_TRIGGER_PRICE_GREATE_LAST'
  | 'AUTO_TRIGGER_PRICE_LESS_LAST'
  | 'BALANCE_NOT_ENOUGH'
  | 'CLIENT_ID_NOT_FOUND'
  | 'FOK_NOT_FILL'
  | 'INVALID_CURRENCY'
  | 'INVALID_CURRENCY_PAIR'
  | 'INVALID_PARAM_VALUE'
  | 'INVALID_PRECISION'
  | 'ORDER_BOOK_NOT_FOUND'
  | 'ORDER_CANCELLED'
  | 'ORDER_CLOSED'
  | 'ORDER_NOT_FOUND'
  | 'POC_FILL_IMMEDIATELY'
  | 'QUANTITY_NOT_ENOUGH'
  | 'TRADE_RESTRICTED';

/** A refusal is a value, not an exception: the exchange refuses as a matter of course. */
export interface ExchangeRefusal {
  readonly label: ErrorLabel;
  readonly message: string;
  /** HTTP status that goes with the label. */
  readonly status: 400 | 404;
}

export type Result<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ExchangeRefusal };

export const done = <T>(value: T): Result<T> => ({ ok: true, value });

const NOT_FOUND: ReadonlySet<ErrorLabel> = new Set<ErrorLabel>(['ORDER_NOT_FOUND', 'CLIENT_ID_NOT_FOUND']);

export const refuse = (
  label: ErrorLabel,
  message: string,
): { readonly ok: false; readonly error: ExchangeRefusal } => ({
  ok: false,
  error: { label, message, status: NOT_FOUND.has(label) ? 404 : 400 },
});

export const refuseUnknownPair = (symbol: string): Result<never> =>
  refuse('INVALID_CURRENCY_PAIR', `Invalid currency pair ${symbol.replace('/', '_')}`);
