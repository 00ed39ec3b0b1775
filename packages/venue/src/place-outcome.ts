import type { OrderRequest, PlaceOutcome } from '@mtrade/engine';
import { MalformedAnswer, asRow, parseJson } from './answer.js';
import type { HttpReply } from './http-client.js';
import { rejectionKind } from './labels.js';
import { retryAfterMs } from './retry-after.js';
import { readOrder } from './rows.js';

const unknown = (reason: string) => ({ type: 'unknown', reason }) as const;

/** `{"label": ..., "message": ...}` of an error answer; empty when the body is anything else. */
export function errorLabel(text: string): { label: string; message: string } {
  try {
    const row = asRow(parseJson(text));
    const message = row['message'] ?? row['detail'];
    return {
      label: typeof row['label'] === 'string' ? row['label'] : '',
      message: typeof message === 'string' ? message : '',
    };
  } catch {
    return { label: '', message: '' };
  }
}

/**
 * What the answer to an order's POST proves (order-protocol 2.5). Accepted and refused must both be shown by what the
 * exchange says; everything else, however bad it looks, is unknown, because the order may have been placed.
 */
export function classifyPlacement(
  reply: HttpReply,
  request: OrderRequest,
  exchangeNowMs: number,
): PlaceOutcome {
  if (reply.status >= 200 && reply.status < 300) return accepted(reply, request);
  return refused(reply, rejectionKind, exchangeNowMs);
}

type Refused =
  | Extract<PlaceOutcome, { type: 'rejected' }>
  | (Extract<PlaceOutcome, { type: 'unknown' }> & { readonly label?: string });

/** What an answer that accepts nothing proves: a refusal where its label says so, else nothing. */
export function refused(
  reply: HttpReply,
  kindOf: (label: string) => string | null,
  exchangeNowMs: number,
): Refused {
  if (reply.status < 400 || reply.status >= 500) return unknown(`HTTP ${reply.status}`);
  const { label, message } = errorLabel(reply.text);
  const kind = kindOf(label);
  if (kind === null && label === '') return unknown(`HTTP ${reply.status} without a label`);
  if (kind === null) return { ...unknown(`HTTP ${reply.status} ${label}`), label };
  return {
    type: 'rejected',
    label,
    message,
    retryAfterMs: kind === 'rate' ? retryAfterMs(reply.headers, exchangeNowMs) : null,
  };
}

function accepted(reply: HttpReply, request: OrderRequest): PlaceOutcome {
  try {
    const order = readOrder(parseJson(reply.text), request.symbol);
    // An answer that belongs to another request must never be booked as ours (N26).
    if (order.clientOrderId !== request.clientOrderId)
      return unknown(`HTTP ${reply.status}: the answer names another client id`);
    if (order.side !== request.side) return unknown(`HTTP ${reply.status}: the answer names another side`);
    const { filledBase, filledQuote } = order;
    if (filledBase === null || filledQuote === null)
      return unknown(`HTTP ${reply.status}: the answer does not say what was filled`);
    return {
      type: 'acked',
      exchangeOrderId: order.exchangeOrderId,
      finished: order.finished,
      finishAs: order.finishAs,
      filledBase,
      filledQuote,
    };
  } catch (error) {
    if (!(error instanceof MalformedAnswer)) throw error;
    return unknown(`HTTP ${reply.status}: ${error.message}`);
  }
}
