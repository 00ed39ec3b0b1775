import { METRIC_GROUPS } from './families.js';

const INTRODUCTION = `# Metrics

\`GET /metrics\` on the address of the control API, in the text format of Prometheus 0.0.4. It takes a token like every
other call; the one in \`data_dir/read.token\` is enough:

\`\`\`yaml
scrape_configs:
  - job_name: mtrade
    authorization:
      credentials_file: /var/lib/mtrade/read.token
    static_configs:
      - targets: ['127.0.0.1:5000']
\`\`\`

A scrape reads shared memory ([shared-memory.md](shared-memory.md)) and what the supervisor's thread knows by itself. It
asks no trading thread, takes no lock of theirs, and works as well while one of them hangs or is being restarted. It takes
about 1 ms of the supervisor's thread, with 200 pairs 1.5 ms.

Amounts of money are here doubles, for display; the exact ones are in \`mtrade status --json\` and the books. A value that
is not known has no line, with two exceptions that alarm as they should: a price or a heartbeat that has never come is
\`+Inf\` seconds old. Labels have few values: pairs and coins of the configuration, threads, stages, states, reasons. No
label is ever an id.

A board for Grafana and alert rules are in [grafana/](grafana/README.md). What the counters mean for the health of the
engine: [counters.md](counters.md). What the stages measure: [latency.md](latency.md).

## All of them
`;

/** docs/metrics.md; a test keeps the file in step with the table. */
export function metricsMarkdown(): string {
  const sections = METRIC_GROUPS.map(({ title, families }) => {
    const rows = families.map(
      ({ name, type, labels, help }) =>
        `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help} |`,
    );
    return `### ${title}\n\n| name | type | labels | what it says |\n|---|---|---|---|\n${rows.join('\n')}\n`;
  });
  const ignored = `<!-- prettier-ignore-start -->\n\n${sections.join('\n')}\n<!-- prettier-ignore-end -->\n`;
  return `${INTRODUCTION}\n${ignored}`;
}
