/** Client ids that no order of this process has had; 28 characters at most, as Gate wants them. */
export class ClientIds {
  #count = 0;
  readonly #start = Date.now().toString(36);

  next(): string {
    this.#count += 1;
    return `t-b${this.#start}-${this.#count}`;
  }
}
