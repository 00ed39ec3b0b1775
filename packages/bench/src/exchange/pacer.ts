const PULSE_MS = 5;

/** Calls something so many times a second, in small groups. */
export class Pacer {
  readonly #call: () => void;
  #timer: NodeJS.Timeout | null = null;

  constructor(call: () => void) {
    this.#call = call;
  }

  /** From now on; 0 ends it. */
  run(perSecond: number): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    if (perSecond === 0) return;
    const beganMs = performance.now();
    let done = 0;
    this.#timer = setInterval(() => {
      const due = Math.floor(((performance.now() - beganMs) / 1_000) * perSecond);
      // What a stall has held back is left out: a burst is another load than the one that was asked for.
      if (due - done > perSecond / 10 + 1) done = due - 1;
      for (; done < due; done += 1) this.#call();
    }, PULSE_MS);
  }
}
