import {
  judge,
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

\`npm run bench -- --check\` measures again and compares each ratio to a baseline of the same run with the committed
one (\`test/bench/baseline.json\`). It fails when a ratio is worse than the last column below says, and still so when the
row is measured once more: by more than 50 % (memory: 10 %), or by more than twice the uncertainty of the middle of both
runs' rounds. With fewer rounds (\`--quick\`) it is more lenient. It is run by hand on a quiet machine, for all rows or some
(\`npm run bench -- reaction-slow --check\`), and is not part of \`npm test\`: a busy machine must not turn tests red. A test
there holds each committed ratio, made a little worse than allowed, against the check. After a change that is meant to
change a ratio, \`npm run bench -- --write\` renews this page and the baseline.
`;

const OWN_TABLE = `
\`mtrade bench\` runs the rows of the engine itself on your machine, against the exchange that is built in.
`;

function checkTable(rows: readonly MeasuredFigures[]): string {
  const lines = rows.flatMap(({ id, unit, lines: each }) =>
    each.flatMap(({ name, ratios }) =>
      Object.entries(ratios).map(([base, ratio]) => [
        `\`${id}\``,
        `${name} / ${base}`,
        short(ratio.ratio),
        short(worstAllowed(unit, ratio, ratio)),
      ]),
    ),
  );
  return markdownTable({ head: ['row', 'ratio', 'committed', 'fails beyond'], rows: lines });
}

/** The whole page; the same report gives the same text. */
export function pageText({ machine, rows }: Report): string {
  const facts = [
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB`,
    machine.system,
    `Node.js ${machine.node}`,
  ];
  return [
    HEAD,
    `Machine: ${facts.join('; ')}.\n`,
    `## Goals\n\n${markdownTable(verdictTable(judge(GOALS, rows), rows))}\n`,
    ...rows.map(section),
    CHECKING,
    checkTable(rows),
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
    ...(realTime ? ['at real-time priority, because others used the machine'] : []),
  ];
  const notes = [...notesOf(figures), `${how.join(', ')}.`].map((note) => `* ${note}`);
  return `## ${figures.title}\n\n${markdownTable(tableOf(figures))}\n\n${notes.join('\n')}\n`;
}
