/** What a key asks for, whichever of the usual keys it was. */
export type Key = 'quit' | 'suspend' | 'up' | 'down' | 'page-up' | 'page-down' | 'start' | 'end';

const KEYS: ReadonlyMap<string, Key> = new Map([
  ['q', 'quit'],
  ['Q', 'quit'],
  ['\u0003', 'quit'],
  ['\u0004', 'quit'],
  ['\u001a', 'suspend'],
  ['k', 'up'],
  ['\u001b[A', 'up'],
  ['\u001bOA', 'up'],
  ['j', 'down'],
  ['\u001b[B', 'down'],
  ['\u001bOB', 'down'],
  ['\u001b[5~', 'page-up'],
  ['b', 'page-up'],
  ['\u001b[6~', 'page-down'],
  [' ', 'page-down'],
  ['g', 'start'],
  ['\u001b[H', 'start'],
  ['\u001b[1~', 'start'],
  ['G', 'end'],
  ['\u001b[F', 'end'],
  ['\u001b[4~', 'end'],
]);

// oxlint-disable-next-line no-control-regex
const SEQUENCE = /\u001b(?:\[[0-9;]*[A-Za-z~]|O[A-Z])?|[^]/g;

/** The keys in what a terminal has sent at once; unknown ones are left out. */
export const keysIn = (text: string): Key[] =>
  (text.match(SEQUENCE) ?? []).flatMap((sequence) => KEYS.get(sequence) ?? []);

export interface Keyboard {
  /** Gives the terminal back as it was. */
  readonly close: () => void;
}

/** Hears every key at once instead of a line at a time; null where standard input is no terminal. */
export function openKeyboard(onKey: (key: Key) => void): Keyboard | null {
  const { stdin } = process;
  if (!stdin.isTTY) return null;
  const onData = (data: Buffer): void => {
    for (const key of keysIn(data.toString('utf8'))) onKey(key);
  };
  stdin.setRawMode(true);
  stdin.on('data', onData);
  stdin.resume();
  return {
    close: () => {
      stdin.off('data', onData);
      stdin.setRawMode(false);
      stdin.pause();
    },
  };
}
