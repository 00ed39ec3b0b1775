import { expect, test } from 'vitest';
import { mayActOnGuess } from '../src/guessed-home.js';

const GUESS = '/home/trader/.local/share/mtrade';

test('on a guess every view goes on, and nothing that acts does, whatever runs', () => {
  for (const running of [[], [GUESS], [GUESS, '/live'], ['/live']]) {
    expect(mayActOnGuess('read', { dataDir: GUESS, running, isHeld: true })).toBe(true);
    expect(mayActOnGuess('act', { dataDir: GUESS, running, isHeld: true })).toBe(false);
  }
});

test('on a guess what makes things safer goes on only where no other engine can be meant', () => {
  const may = (running: readonly string[], isHeld: boolean): boolean =>
    mayActOnGuess('hold', { dataDir: GUESS, running, isHeld });

  expect(may([GUESS], true)).toBe(true);
  expect(may([], false)).toBe(true);
  expect(may([GUESS, '/live'], true)).toBe(false);
  expect(may(['/live'], false)).toBe(false);
  // The list of this machine does not show the engine that holds the place: it may hide others as well.
  expect(may([], true)).toBe(false);
});
