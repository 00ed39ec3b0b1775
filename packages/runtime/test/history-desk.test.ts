import { isMtradeError } from '@mtrade/base';
import { expect, test } from 'vitest';
import { HistoryDesk } from '../dist/history/history-desk.js';

test('a crowd of readers is bounded: who finds the queue full is told when to ask again, the others are heard', async () => {
  const desk = new HistoryDesk('/nowhere/mtrade.sqlite');
  const answers = Array.from({ length: 100 }, () =>
    desk.ask({ about: 'cycle', id: 1 }).then(
      () => null,
      (error: unknown) => error,
    ),
  );

  const outcomes = await Promise.all(answers);

  const busy = outcomes.filter((error) => isMtradeError(error, 'MTRADE_BUSY'));
  expect(busy[0]?.facts.retryAfterSeconds).toBeGreaterThan(0);
  // One at work, or none yet while its thread begins, and those that wait; each was heard, and has no books to look into.
  expect(outcomes.length - busy.length).toBeGreaterThanOrEqual(32);
  expect(outcomes.length - busy.length).toBeLessThanOrEqual(33);
  expect(outcomes.filter((error) => isMtradeError(error, 'MTRADE_DATABASE'))).toHaveLength(
    outcomes.length - busy.length,
  );
  await desk.close();
});

test('readers who have gone leave no question behind: the next one finds room', async () => {
  const desk = new HistoryDesk('/nowhere/mtrade.sqlite');
  const ask = (gone?: AbortSignal) =>
    desk.ask({ about: 'cycle', id: 1 }, gone).then(
      () => null,
      (error: unknown) => error as Error,
    );
  const readers = Array.from({ length: 40 }, () => new AbortController());
  const first = ask();
  const crowd = readers.map(({ signal }) => ask(signal));
  expect(isMtradeError(await ask(), 'MTRADE_BUSY')).toBe(true);

  for (const reader of readers) reader.abort();
  expect(desk.vitals.waiting).toBe(0);
  const next = ask();

  expect((await Promise.all(crowd)).every((error) => isMtradeError(error, 'MTRADE_BUSY'))).toBe(true);
  expect((await Promise.all([first, next])).every((error) => isMtradeError(error, 'MTRADE_DATABASE'))).toBe(
    true,
  );
  await desk.close();
});
