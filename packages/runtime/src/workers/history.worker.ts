import { openReader } from '@mtrade/store';
import { MtradeError, type WireError } from '@mtrade/base';
import { answer, type HistoryAnswers, type HistoryQuestion } from '../history/questions.js';
import { wireOf } from './report.js';

export type HistoryReply =
  { readonly answer: HistoryAnswers[keyof HistoryAnswers] } | { readonly error: WireError };

/** A task of the history pool: one question, answered from the books as they are at this moment. */
export function run({ path, question }: { path: string; question: HistoryQuestion }): HistoryReply {
  try {
    const reader = openReader({ path });
    if (reader === null) throw new MtradeError('MTRADE_DATABASE', `there are no books in ${path}`, { path });
    try {
      return { answer: answer(reader, question) };
    } finally {
      reader.close();
    }
  } catch (error) {
    return { error: wireOf(error) };
  }
}
