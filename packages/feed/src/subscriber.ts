import { type SubscriptionOptions, type Topic, subscribeMessage, wantedTopics } from './subscriptions.js';

export interface SubscriberOptions extends SubscriptionOptions {
  /** An answer that takes longer counts as a refusal. */
  readonly answerTimeoutMs: number;
  readonly retryRefusedMs: number;
}

interface Pending {
  readonly batch: readonly Topic[];
  readonly sentMono: number;
}
interface Refusal {
  readonly topic: Topic;
  readonly words: string;
  retryMono: number;
}

const keyOf = ({ channel, symbol }: Topic): string => `${channel} ${symbol ?? ''}`;

/**
 * Gets every wanted topic subscribed on the current connection. Begins from the configuration on each connection, never
 * from what an earlier one had achieved (scenario 41). A refused batch is tried again pair by pair, so that one unknown
 * pair does not blind the others (W09); a refused pair is recorded and retried.
 */
export interface Subscriber {
  readonly begin: (send: (text: string) => void, nowMono: number) => void;
  /** The exchange's answer; true when the refusals changed. */
  readonly onAnswer: (answer: SubscribeAnswer, nowMono: number) => boolean;
  /** Time passes: answers that did not come, refusals to try again; true when the refusals changed. */
  readonly tick: (nowMono: number) => boolean;
  /** All topics of a pair once more: it was accepted and sends nothing. */
  readonly again: (symbol: string, nowMono: number) => void;
  readonly end: () => void;
  /** Tries refused private channels at once: their signature was made with a wrong clock, perhaps. */
  readonly retryPrivate: () => void;
  /** By pair, or by channel for the private ones. */
  readonly refused: () => Readonly<Record<string, string>>;
}

export interface SubscribeAnswer {
  readonly id: number | null;
  readonly channel: string;
  readonly error: string | null;
}

export function createSubscriber(options: SubscriberOptions, exchangeNowS: () => number): Subscriber {
  const pending = new Map<number, Pending>();
  const refusals = new Map<string, Refusal>();
  let send: ((text: string) => void) | null = null;
  let lastId = 0;

  const subscribe = (batch: readonly Topic[], nowMono: number): void => {
    if (send === null) return;
    lastId += 1;
    pending.set(lastId, { batch, sentMono: nowMono });
    send(subscribeMessage(batch, lastId, exchangeNowS(), options));
  };
  const settle = ({ batch }: Pending, error: string | null, nowMono: number): boolean => {
    if (error === null) {
      const before = refusals.size;
      for (const topic of batch) refusals.delete(keyOf(topic));
      return refusals.size !== before;
    }
    const [topic] = batch;
    if (batch.length > 1 || topic === undefined) {
      for (const one of batch) subscribe([one], nowMono);
      return false;
    }
    refusals.set(keyOf(topic), { topic, words: error, retryMono: nowMono + options.retryRefusedMs });
    return true;
  };
  /** Gate sends our id back; a server that does not is understood by the order of its answers. */
  const idOf = ({ id, channel }: SubscribeAnswer): number | null => {
    if (id !== null) return id;
    for (const [sent, { batch }] of pending) if (batch[0]?.channel === channel) return sent;
    return null;
  };

  return {
    begin: (sender, nowMono) => {
      send = sender;
      pending.clear();
      for (const batch of wantedTopics(options)) subscribe(batch, nowMono);
    },
    onAnswer: (answer, nowMono) => {
      const id = idOf(answer);
      const asked = id === null ? undefined : pending.get(id);
      if (id === null || asked === undefined) return false;
      pending.delete(id);
      return settle(asked, answer.error, nowMono);
    },
    tick: (nowMono) => {
      let changed = false;
      for (const [id, asked] of pending) {
        if (nowMono - asked.sentMono < options.answerTimeoutMs) continue;
        pending.delete(id);
        changed = settle(asked, 'no answer', nowMono) || changed;
      }
      for (const refusal of refusals.values()) {
        if (nowMono < refusal.retryMono) continue;
        refusal.retryMono = nowMono + options.retryRefusedMs;
        subscribe([refusal.topic], nowMono);
      }
      return changed;
    },
    again: (symbol, nowMono) => {
      for (const topic of wantedTopics(options).flat())
        if (topic.symbol === symbol && !refusals.has(keyOf(topic))) subscribe([topic], nowMono);
    },
    end: () => {
      send = null;
      pending.clear();
    },
    retryPrivate: () => {
      for (const refusal of refusals.values()) if (refusal.topic.isPrivate) refusal.retryMono = 0;
    },
    refused: () =>
      Object.fromEntries(
        [...refusals.values()].map(({ topic, words }) => [topic.symbol ?? topic.channel, words]),
      ),
  };
}
