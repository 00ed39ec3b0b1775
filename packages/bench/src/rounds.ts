/** Something that can be measured again and again. A round gives its values in the row's unit. */
export interface Contender {
  readonly name: string;
  readonly round: (index: number) => Promise<readonly number[]> | readonly number[];
}

/** Values of each round, by the contender's name. */
export type Rounds = ReadonlyMap<string, readonly (readonly number[])[]>;

/**
 * Runs the rounds of all contenders in turn, and every second time in the opposite order, so that a drift of the machine
 * favours nobody.
 */
export async function interleave(
  contenders: readonly Contender[],
  rounds: number,
  onRound: (index: number) => void = () => undefined,
): Promise<Rounds> {
  const values = new Map<string, (readonly number[])[]>(contenders.map(({ name }) => [name, []]));
  for (let index = 0; index < rounds; index += 1) {
    const order = index % 2 === 0 ? contenders : contenders.toReversed();
    for (const { name, round } of order) values.get(name)?.push(await round(index));
    onRound(index);
  }
  return values;
}
