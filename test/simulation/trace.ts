const words = new Int32Array(2);
const double = new Float64Array(words.buffer);

/** A running hash of everything that happens: two runs of one seed must end with the same one (I24). */
export class Trace {
  #high = 0x811c9dc5;
  #low = 0x2c1b3c6d;

  number(value: number): void {
    double[0] = value;
    this.#mix(words[0] as number);
    this.#mix(words[1] as number);
  }

  text(value: string): void {
    for (let index = 0; index < value.length; index += 1) this.#mix(value.charCodeAt(index));
  }

  get hash(): string {
    const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, '0');
    return hex(this.#high) + hex(this.#low);
  }

  #mix(word: number): void {
    this.#high = Math.imul(this.#high ^ word, 0x01000193);
    this.#low = Math.imul((this.#low ^ (word >>> 3)) + this.#high, 0x297a2d39);
  }
}
