import type { StopOutcome } from '@mtrade/engine';
import { MalformedAnswer, asRow, parseJson } from './answer.js';
import type { HttpReply } from './http-client.js';
import { stopRejectionKind } from './labels.js';
import { refused } from './place-outcome.js';
import { stopIdField } from './stop-rows.js';

const unknown = (reason: string): StopOutcome => ({ type: 'unknown', reason });

/** What the answer to a stop's POST proves: as with an order, whatever is not definite is unknown. */
export function classifyStop(reply: HttpReply, exchangeNowMs: number): StopOutcome {
  if (reply.status >= 200 && reply.status < 300) return accepted(reply);
  return refused(reply, stopRejectionKind, exchangeNowMs);
}

/** The answer is an id and nothing else, so it cannot show whose it is; that of an ordinary order shows that it is not. */
function accepted(reply: HttpReply): StopOutcome {
  try {
    const row = asRow(parseJson(reply.text));
    if ('currency_pair' in row || 'text' in row)
      return unknown(`HTTP ${reply.status}: the answer is about an order, not a trigger order`);
    const stopId = stopIdField(row);
    if (!/^[1-9]\d*$/.test(stopId)) return unknown(`HTTP ${reply.status}: the answer has no id`);
    return { type: 'acked', stopId };
  } catch (error) {
    if (!(error instanceof MalformedAnswer)) throw error;
    return unknown(`HTTP ${reply.status}: ${error.message}`);
  }
}
