/** One life of a process or of a thread in it. What belongs to a dead life has no effect any more. */
export class Life {
  readonly #parent: Life | null;
  #alive = true;
  #frozenUntilMs = 0;

  constructor(parent: Life | null = null) {
    this.#parent = parent;
  }

  get alive(): boolean {
    return this.#alive && (this.#parent === null || this.#parent.alive);
  }

  /** A frozen life does nothing until then, and then everything that has come meanwhile. */
  get frozenUntilMs(): number {
    return this.#parent === null
      ? this.#frozenUntilMs
      : Math.max(this.#frozenUntilMs, this.#parent.frozenUntilMs);
  }

  end(): void {
    this.#alive = false;
  }

  freeze(untilMs: number): void {
    this.#frozenUntilMs = Math.max(this.#frozenUntilMs, untilMs);
  }
}
