/**
 * Where a process or thread may die or stand still. A death is armed at a moment and comes at the next passing of its
 * point; those inside a turn leave everything that the turn had not committed undone, and a claimed pair claimed.
 */
export const CRASH_POINTS = [
  /** Between two events. */
  'idle',
  /** In a turn: everything is decided, nothing committed. */
  'before-commit',
  /** In a turn: committed, nothing of it told to anybody. The order thread may hold the order and wait for the word. */
  'after-commit',
  /** In a turn: the order thread has the order, its intent is not committed yet. */
  'after-hand-over',
  /** The order thread has taken the order and has not written it yet. */
  'before-send',
  /** The order is on the wire. */
  'after-send',
  /** The answer has come and nobody has been told. */
  'on-answer',
  /** The cycler takes an event of the order thread. */
  'on-event',
  /** The books are about to be opened. */
  'before-lease',
  /** The new lease stands, nothing else has happened. */
  'after-lease',
  /** A look for an order is under way. */
  'in-scan',
  /** The trades of an order are being read. */
  'in-settle',
] as const;
export type CrashPoint = (typeof CRASH_POINTS)[number];
