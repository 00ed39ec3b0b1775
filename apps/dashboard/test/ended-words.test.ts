import { expect, test } from 'vitest';
import { endedWords } from '../src/pages/ended-words.js';

test.each([
  [[], '0 sales'],
  [[{ cycles: 1, resets: 0 }], '1 sale'],
  [[{ cycles: 3, resets: 1 }], '2 sales, 1 reset'],
  [[{ cycles: 3, resets: 3 }], '0 sales, 3 resets'],
  [
    [
      { cycles: 340, resets: 2 },
      { cycles: 6, resets: 0 },
    ],
    '344 sales, 2 resets',
  ],
])('a cycle that a reset has ended is counted apart, and not as a sale: %j', (rows, words) => {
  expect(endedWords(rows)).toBe(words);
});
