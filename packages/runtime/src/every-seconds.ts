interface Chore {
  readonly seconds: number;
  readonly work: () => void;
}

const SECOND_MS = 1_000;
const chores = new Set<Chore>();
let timer: NodeJS.Timeout | null = null;
let second = 0;

/**
 * Calls `work` every so many whole seconds, for the first time within as many, until the returned function is called.
 * All such chores of a thread share one timer: to be woken takes a thread longer than most of them do, and ten timers
 * wake it ten times. It keeps no process alive. What `work` throws is nobody's, as with a timer of its own: it is
 * thrown after the others have been called too.
 */
export function everySeconds(seconds: number, work: () => void): () => void {
  const chore = { seconds, work };
  chores.add(chore);
  timer ??= setInterval(strike, SECOND_MS).unref();
  return () => {
    chores.delete(chore);
    if (chores.size > 0 || timer === null) return;
    clearInterval(timer);
    timer = null;
  };
}

function strike(): void {
  second += 1;
  for (const chore of chores) if (second % chore.seconds === 0) carryOut(chore);
}

function carryOut({ work }: Chore): void {
  try {
    work();
  } catch (error) {
    setImmediate(() => {
      throw error;
    });
  }
}
