import type { HistoryAnswers, LadderPreview, PairStatus } from '@mtrade/runtime';

/** What the API answers, by the engine's own types. */
export type Trade = HistoryAnswers['trades']['trades'][number];
export type Cycle = HistoryAnswers['cycles']['cycles'][number];
export type CycleWithTrades = NonNullable<HistoryAnswers['cycle']>;
export type PairBooks = NonNullable<HistoryAnswers['pair']>;
export type RunningCycle = NonNullable<PairBooks['cycle']>;
export type LadderRow = LadderPreview['rows'][number];

export interface PairDetail {
  readonly pair: PairStatus;
  readonly books: PairBooks;
  readonly next: LadderPreview | null;
}

export interface Candle {
  readonly ms: number;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
}
