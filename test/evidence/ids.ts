/** The ids of faults in a title: `N07`, `(W04, W05)`, `P01-P14`. In order of appearance, each once. */
export function faultIdsIn(title: string): string[] {
  const found = new Set<string>();
  for (const [, letter = '', first = '', last] of title.matchAll(/\b([NWXPCS])(\d\d)\b(?:-\1(\d\d)\b)?/g))
    for (let number = Number(first); number <= Number(last ?? first); number += 1)
      found.add(`${letter}${String(number).padStart(2, '0')}`);
  return [...found];
}

/** The numbers of scenarios in a title: `scenario 5`, `scenarios 20, 21`, `scenarios 3-5 and 7`. */
export function scenariosIn(title: string): number[] {
  const found = new Set<number>();
  for (const [, list = ''] of title.matchAll(/\bscenarios? (\d+(?:-\d+)?(?:(?:, | and )\d+(?:-\d+)?)*)/gi))
    for (const [, first = '', last] of list.matchAll(/(\d+)(?:-(\d+))?/g))
      for (let number = Number(first); number <= Number(last ?? first); number += 1) found.add(number);
  return [...found];
}
