import { stringify } from 'smol-toml';
import type { ConfigDocument, Mode } from './document.js';
import type { ConfigSource } from './resolve.js';
import { LADDER_OPTIONS, SECTIONS, TOP_OPTIONS } from './options.js';
import type { Table } from './tables.js';

/** The whole configuration in force as a file that could be used as it is. */
export function configToml(document: ConfigDocument, source: ConfigSource): string {
  const overrides = Object.entries(source.overrides).map(([key, variable]) => `#   ${key} from ${variable}`);
  return [
    `# in force: ${source.file ?? 'built-in defaults'}`,
    ...(overrides.length === 0 ? [] : ['# overridden by the environment:', ...overrides]),
    stringify(document).trimEnd(),
    '',
  ].join('\n');
}

export interface TemplateChoices {
  readonly mode: Mode;
  readonly symbols: readonly string[];
  readonly baseOrder: string;
  /** May the pairs trade at once? Default true. */
  readonly trade?: boolean;
  /** Absolute. Default: none is named, and the default directory is in force. */
  readonly dataDir?: string;
}

const tomlValue = (raw: unknown): string =>
  typeof raw === 'object' && raw !== null && !Array.isArray(raw) ? inlineTable(raw) : JSON.stringify(raw);

function inlineTable(raw: object): string {
  const entries = Object.entries(raw).map(([key, value]) => `${key} = ${JSON.stringify(value)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}

const wrapped = (text: string): string[] => {
  const lines: string[] = [];
  let line = '#';
  for (const word of text.split(' ')) {
    if (line.length + word.length > 98) {
      lines.push(line);
      line = '#';
    }
    line += ` ${word}`;
  }
  return [...lines, line];
};

/** Every key with its meaning; keys at their default stand as comments, so that only real choices are in force. */
function templateTable(table: Table, chosen: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(table).flatMap(([key, option]) => {
    const value = chosen[key] ?? option.defaultRaw;
    const unit = option.unit === null ? '' : ` Unit: ${option.unit}.`;
    const help = wrapped(`${option.help}${unit}`);
    if (value === undefined) return [...help, `# ${key} = ...`];
    return [
      ...help,
      chosen[key] === undefined ? `# ${key} = ${tomlValue(value)}` : `${key} = ${tomlValue(value)}`,
    ];
  });
}

/** A commented configuration file for `mtrade init`. */
export function configTemplate({ mode, symbols, baseOrder, trade = true, dataDir }: TemplateChoices): string {
  const sections = Object.entries(SECTIONS).flatMap(([name, table]) => [
    `[${name}]`,
    ...templateTable(table, {}),
    '',
  ]);
  return [
    '# mtrade configuration. `mtrade config check` judges it, docs/configuration.md explains it.',
    '# Amounts and percentages are decimals in quotes. Keys of the account never stand in this file.',
    '',
    ...templateTable(TOP_OPTIONS, { mode, data_dir: dataDir }),
    '',
    ...sections,
    '# Defaults for every pair; see the table they make with `mtrade ladder PAIR --price P`.',
    '[ladder]',
    ...templateTable(LADDER_OPTIONS, { base_order: baseOrder }),
    '',
    ...symbols.flatMap((symbol) => [
      '[[pairs]]',
      `symbol = ${JSON.stringify(symbol)}`,
      `trade = ${trade}`,
      '',
    ]),
  ].join('\n');
}
