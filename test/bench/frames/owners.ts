/** Whose code it is, by the file that it stands in. */
const OWNERS: readonly (readonly [part: string, owner: string])[] = [
  ['/packages/feed/', 'feed'],
  ['/packages/engine/', 'reactor'],
  ['/packages/board/', 'shared memory'],
  ['/node_modules/ws/', 'ws'],
];
const ELSEWHERE = 'Node.js and the rest';

/** A sum for each owner, and one for everything else. */
export class ByOwner {
  readonly #sums = new Map<string, number>(
    [...OWNERS.map(([, owner]) => owner), ELSEWHERE].map((one) => [one, 0]),
  );

  add(url: string, value: number): void {
    const owner = OWNERS.find(([part]) => url.includes(part))?.[1] ?? ELSEWHERE;
    this.#sums.set(owner, (this.#sums.get(owner) ?? 0) + value);
  }

  get sums(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#sums);
  }
}
