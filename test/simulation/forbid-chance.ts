/**
 * From now on whoever asks the real clock or real chance in this process fails loudly: neither may have a say in a run.
 * Only for the command line, where nothing else runs; take what you need of them before.
 */
export function forbidChance(): void {
  const refuse = (what: string) => (): never => {
    throw new Error(`${what} in a simulation: time and chance come from the seed`);
  };
  Date.now = refuse('Date.now');
  Math.random = refuse('Math.random');
  performance.now = refuse('performance.now');
}
