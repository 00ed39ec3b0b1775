import {
  guardedRatios,
  judge,
  machineText,
  markdownTable,
  type MeasuredFigures,
  notesOf,
  type Report,
  short,
  tableOf,
  verdictTable,
  worstAllowed,
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

    npm run bench -- --check                  all rows, an hour
    npm run bench -- reaction-slow --check    one row; --list names them

measures again and exits with 1 when one of our own lines has become slower, or larger, in proportion to a baseline that
is measured beside it in the same run. The proportions it should keep are in \`test/bench/baseline.json\` and in the table
below; its last column says how far each may go. That is 1.5 times as much (memory: 1.1 times, a throughput: less by the same
factor), or more where the rounds of this measurement differ widely among each other; where those of the new one do, it
may go further still, so that \`--quick\`, with few rounds, finds less. What goes too far is measured once more, and counts
only if it does so again.

Run it on a machine that does nothing else. It is not part of \`npm test\`, because a busy machine must not turn tests red;
a test there makes each committed proportion worse than the table allows and sees that the check finds it. After a
change that is meant to change one, \`npm run bench -- --write\` renews this page and the baseline.
`;

/** What no other line of the same run stands beside. */
const uncheckedText = (rows: readonly MeasuredFigures[]): string => {
  const names = rows.filter((row) => guardedRatios(row).length === 0).map(({ id }) => `\`${id}\``);
  return `
Not checked, because nothing is measured beside them that a slower machine would slow down as well: ${names.join(', ')}.
Where they have a goal, it is judged at the end of every run.
`;
};

const OWN_TABLE = `
\`mtrade bench\` runs the rows of the engine itself on your machine, against the exchange that is built in.
`;

function checkTable(rows: readonly MeasuredFigures[]): string {
  const lines = rows.flatMap((row) =>
    guardedRatios(row).map(({ variant, base, ratio }) => [
      `\`${row.id}\``,
      `${variant} / ${base}`,
      short(ratio.ratio),
      short(worstAllowed(row.unit, ratio, ratio)),
    ]),
  );
  return markdownTable({ head: ['row', 'ratio', 'committed', 'fails beyond'], rows: lines });
}

/** The whole page; the same report gives the same text. */
export function pageText({ machine, rows }: Report): string {
  return [
    HEAD,
    `Machine: ${machineText(machine)}.\n`,
    `## Goals\n\n${markdownTable(verdictTable(judge(GOALS, rows), rows))}\n`,
    ...rows.map(section),
    CHECKING,
    checkTable(rows),
    uncheckedText(rows),
    OWN_TABLE,
    '<!-- prettier-ignore-end -->\n',
  ].join('\n');
}

function section(figures: MeasuredFigures): string {
  const { command, at, load, realTime, quick } = figures.taken;
  const how = [
    `\`${realTime ? 'chrt -r 1 ' : ''}${command}${quick ? ' --quick' : ''}\``,
    `taken ${at.slice(0, 10)}`,
    `load average ${load}`,
    ...(realTime
      ? ['at real-time priority, which hides what other programs and the scheduler do to an engine']
      : []),
  ];
  const notes = [...notesOf(figures), `${how.join(', ')}.`].map((note) => `* ${note}`);
  return `## ${figures.title}\n\n${markdownTable(tableOf(figures))}\n\n${notes.join('\n')}\n`;
}
