import { type CatalogueEntry, FAULT_GROUPS, FAULTS } from './faults.js';
import { page } from './markdown.js';
import { SCENARIOS } from './scenarios.js';
import type { NamedEvidence } from './titles.js';

/** Its tests show that the exchange in code can do a fault, and nothing about the engine. */
const MAKES_FAULTS = 'packages/market-sim/';

const MADE_BY =
  '<!-- Made by `npm run evidence` from the titles of the tests. Change test/evidence or a title, then run it again. -->';

export type FaultState = 'shown' | 'open' | 'not here';

export const proofsOf = (id: string, evidence: readonly NamedEvidence[]): NamedEvidence[] =>
  withoutInner(evidence.filter(({ faults, file }) => faults.includes(id) && !file.startsWith(MAKES_FAULTS)));

export const stateOf = ({ id, notHere }: CatalogueEntry, evidence: readonly NamedEvidence[]): FaultState =>
  notHere !== undefined ? 'not here' : proofsOf(id, evidence).length > 0 ? 'shown' : 'open';

/** docs/faults.md. */
export function faultsPage(evidence: readonly NamedEvidence[]): string {
  const inState = (state: FaultState) => FAULTS.filter((entry) => stateOf(entry, evidence) === state);
  const open = inState('open').map(({ id }) => id);
  return page([
    MADE_BY,
    '# Faults and the tests that show what happens',
    `${FAULTS.length} faults are catalogued. ${inState('shown').length} have a test, ${inState('not here').length} cannot meet this engine, ${open.length} are open${open.length > 0 ? `: ${open.join(', ')}` : ''}.`,
    'A test counts when its title, or that of a group around it, names the fault, and when it shows what the engine does. Tests of `packages/market-sim` are left out: they show that the exchange in code can do the fault. Many faults are drawn by the [simulation](simulation.md) too, and met by the campaigns of [reliability.md](reliability.md). Nothing here has met a live exchange.',
    ...FAULT_GROUPS.flatMap(([title, entries]) => [
      `## ${title}`,
      entries.map((entry) => faultLines(entry, evidence)).join('\n'),
    ]),
  ]);
}

function faultLines(entry: CatalogueEntry, evidence: readonly NamedEvidence[]): string {
  const { id, fault, expected, remark, notHere } = entry;
  const head = `- **${id}** ${fault}. _Expected_: ${expected}.${remark === undefined ? '' : ` ${remark}`}`;
  if (notHere !== undefined) return `${head}\n  - Does not apply: ${notHere}`;
  const proofs = proofsOf(id, evidence);
  return [head, ...(proofs.length > 0 ? proofs.map(testLine) : ['  - **Open**: no test names it.'])].join(
    '\n',
  );
}

/** docs/scenarios.md. */
export function scenariosPage(evidence: readonly NamedEvidence[]): string {
  const testsOf = (number: number) =>
    withoutInner(evidence.filter(({ scenarios }) => scenarios.includes(number)));
  const open = SCENARIOS.map(([number]) => number).filter((number) => testsOf(number).length === 0);
  return page([
    MADE_BY,
    '# Scenarios and the tests that play them',
    `${SCENARIOS.length - open.length} of ${SCENARIOS.length} acceptance scenarios have a test that names them${open.length > 0 ? `; open: ${open.join(', ')}` : ''}.`,
    SCENARIOS.map(([number, what]) =>
      [
        `- **Scenario ${number}.** ${what}.`,
        ...(open.includes(number) ? ['  - **Open**: no test names it.'] : testsOf(number).map(testLine)),
      ].join('\n'),
    ).join('\n'),
  ]);
}

/** A test inside a group that is listed anyway says nothing more. */
function withoutInner(evidence: readonly NamedEvidence[]): NamedEvidence[] {
  const key = (file: string, path: readonly string[]): string => [file, ...path].join('\n');
  const groups = new Set(
    evidence.filter(({ isGroup }) => isGroup).map(({ file, path, title }) => key(file, [...path, title])),
  );
  return evidence.filter(
    ({ file, path }) => !path.some((_, depth) => groups.has(key(file, path.slice(0, depth + 1)))),
  );
}

const testLine = ({ file, path, title, isGroup }: NamedEvidence): string =>
  `  - \`${file}\`: \`${[...path, title].join(' › ').replaceAll('`', "'").replaceAll(/\s+/g, ' ')}\`${isGroup ? ' (all of it)' : ''}`;
