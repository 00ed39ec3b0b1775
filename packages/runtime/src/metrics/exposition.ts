/** One value of a family. `suffix` is for the parts of a histogram. */
export interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
  readonly suffix?: '_bucket' | '_sum' | '_count';
}

export type FamilyType = 'counter' | 'gauge' | 'histogram';

/** One line of the table of metrics: what it is called and means, and where its values come from. */
export interface Family<State> {
  /** Prefix `mtrade_`, base units, `_total` for counters. */
  readonly name: string;
  readonly type: FamilyType;
  readonly help: string;
  /** Names of its labels, all with a bounded set of values: never an id. */
  readonly labels: readonly string[];
  /** No sample where the value is not known. */
  readonly read: (from: State) => readonly Sample[];
}

export const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** The text format of Prometheus, version 0.0.4. */
export function exposition<State>(families: readonly Family<State>[], from: State): string {
  let out = '';
  for (const { name, type, help, read } of families) {
    const samples = read(from);
    if (samples.length === 0) continue;
    out += `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n`;
    for (const { labels, value, suffix = '' } of samples)
      out += `${name}${suffix}${labelText(labels)} ${numberText(value)}\n`;
  }
  return out;
}

const escapeHelp = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');

/** Label values are pairs and words of our own, but what stands in a configuration is not ours to trust. */
const escapeValue = (text: string): string =>
  /[\\"\n]/.test(text) ? text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n') : text;

function labelText(labels: Sample['labels']): string {
  if (labels === undefined) return '';
  let text = '';
  for (const name in labels)
    text += `${text === '' ? '' : ','}${name}="${escapeValue(labels[name] as string)}"`;
  return text === '' ? '' : `{${text}}`;
}

const numberText = (value: number): string =>
  value === Infinity ? '+Inf' : value === -Infinity ? '-Inf' : String(value);
