import {
  type Figures,
  judge,
  markdownTable,
  notesOf,
  type Report,
  tableOf,
  verdictTable,
} from '@mtrade/bench';
import { GOALS } from './goals.js';

const HEAD = `# Performance

<!-- prettier-ignore-start -->

Written by \`npm run bench -- --write\`; do not edit. Every table compares things that were measured side by side in one
run, in rounds that alternate, so the last columns (how many times the named baseline, ± half the spread of the rounds)
mean more than the figures themselves: absolute times of one machine differ by a factor of two within hours, and its
slowest hundredth is often another program's doing. \`spread\` is the part of the median in which the middle half of
the values lies.
`;

const CHECKING = `## Keeping it

\`npm run bench -- --check\` measures again and compares each ratio to a baseline of the same run with the committed
one (\`test/bench/baseline.json\`). It fails when a ratio is worse by more than 30 % and by more than twice the spread of
the rounds of both runs. It is run by hand on a quiet machine, for all rows or some (\`npm run bench -- reaction-slow
--check\`), and is not part of \`npm test\`: a busy machine must not turn tests red. After a change that is meant to
change a ratio, \`npm run bench -- --write\` renews this page and the baseline.

\`mtrade bench\` runs the rows of the engine itself on your machine, against the exchange that is built in.
`;

/** The whole page; the same report gives the same text. */
export function pageText(report: Report): string {
  const { machine, rows, takenAt } = report;
  const facts = [
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB`,
    machine.system,
    `Node.js ${machine.node}`,
    `taken ${takenAt.slice(0, 10)}, load average ${machine.load} at the beginning`,
    ...(machine.realTime
      ? ['the rows of whole processes at real-time priority (`chrt -r 1`), because others used the machine']
      : []),
    ...(machine.quick ? ['a quick run: few rounds'] : []),
  ];
  const verdicts = judge(GOALS, rows);
  return [
    HEAD,
    `Machine: ${facts.join('; ')}.\n`,
    `## Goals\n\n${markdownTable(verdictTable(verdicts, rows))}\n`,
    ...rows.map(section),
    CHECKING,
    '<!-- prettier-ignore-end -->\n',
  ].join('\n');
}

function section(figures: Figures): string {
  const notes = notesOf(figures).map((note) => `* ${note}`);
  const list = notes.length === 0 ? '' : `\n${notes.join('\n')}\n`;
  return `## ${figures.title}\n\n${markdownTable(tableOf(figures))}\n${list}`;
}
