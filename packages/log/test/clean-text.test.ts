import { cleanText, scrubSecrets } from '@mtrade/log';
import { expect, test } from 'vitest';

test.each([
  ['colours', '\u001b[31mred\u001b[0m', 'red'],
  ['a cleared screen', 'a\u001b[2J\u001b[Hb', 'ab'],
  ['a changed window title', 'a\u001b]0;evil\u0007b', 'ab'],
  ['one-byte escapes', 'a\u009b31mb\u0085c', 'abc'],
  ['line breaks', 'one\r\ntwo\u2028three', 'one two three'],
  ['bells and backspaces', 'a\u0007\u0008b\u007f', 'ab'],
  ['turned direction', 'abc\u202edef', 'abcdef'],
  ['an unfinished escape', 'a\u001b[', 'a'],
])('a terminal never sees %s of a foreign text (S15)', (_what, text, expected) => {
  expect(cleanText(text)).toBe(expected);
});

test('ordinary text of any script stays as it is', () => {
  expect(cleanText('Größe\t日本 – 100 %')).toBe('Größe\t日本 – 100 %');
});

test('a text without end is cut', () => {
  expect(cleanText('x'.repeat(1_000_000))).toHaveLength(2_003);
});

test.each([
  ['blanks', ' '],
  ['line breaks', ' \n'],
  ['escapes', '\u001b['],
  ['beginnings of a title', '\u001b]'],
  ['signed fields', 'sign  '],
])('S20: a long text of nothing but %s is cleaned and scrubbed in no time', (_, part) => {
  const text = part.repeat(400_000);

  // Quadratic patterns take minutes for it, and the test ends them.
  expect(scrubSecrets(cleanText(`${text}end`, Infinity)).length).toBeLessThanOrEqual(text.length + 3);
  expect(cleanText(scrubSecrets(`begin${text}`), Infinity)).toMatch(/^begin/);
});
