/** The whole state of a generator: four 32-bit words. Plain JSON. */
export type PrngState = readonly [number, number, number, number];

/**
 * Small fast counter generator (sfc32). Integer arithmetic only, so a seed gives the same numbers on every machine and
 * every version of the runtime.
 */
export class Prng {
  #a: number;
  #b: number;
  #c: number;
  #counter: number;

  constructor(state: PrngState) {
    [this.#a, this.#b, this.#c, this.#counter] = state;
  }

  /** `stream` gives independent sequences from one seed, one for each pair. */
  static seeded(seed: number, stream: string): Prng {
    let hash = 0x811c9dc5;
    for (let index = 0; index < stream.length; index += 1)
      hash = Math.imul(hash ^ stream.charCodeAt(index), 0x01000193);
    const prng = new Prng([seed | 0, Math.trunc(seed / 0x1_0000_0000) | 0, hash, 1]);
    for (let round = 0; round < 15; round += 1) prng.word();
    return prng;
  }

  get state(): PrngState {
    return [this.#a, this.#b, this.#c, this.#counter];
  }

  /** A 32-bit word. */
  word(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** In [0, 1). */
  unit(): number {
    return this.word() / 0x1_0000_0000;
  }

  /** In [low, high). */
  between(low: number, high: number): number {
    return low + (high - low) * this.unit();
  }

  /**
   * Nearly normal, mean 0 and deviation 1, never beyond +-3.5: four uniforms, because logarithms and sines may differ
   * in the last bit from one runtime to the next.
   */
  normal(): number {
    return (this.unit() + this.unit() + this.unit() + this.unit() - 2) * 1.7320508075688772;
  }
}
