import type { ConfigDifference, ResolvedConfig, ShownConfig } from '@mtrade/config';
import { ControlClient } from './control-client.js';
import { ENDPOINTS } from './endpoints.js';
import { counted } from './render/columns.js';

/** A living engine answers in milliseconds, and this is never what somebody waits for. */
const ANSWER_LIMIT_MS = 2_000;

/** A running engine's configuration beside the one of this command. */
export interface RunningConfig {
  /** The file of the engine; null: built-in defaults. */
  readonly file: string | null;
  readonly differences: readonly ConfigDifference[];
}

/** Null where no engine runs or none answers: others say that. */
export async function compareWithRunning(resolved: ResolvedConfig): Promise<RunningConfig | null> {
  const { document, source } = resolved;
  let running: ShownConfig;
  try {
    const client = new ControlClient(document.data_dir);
    running = (await client.get(ENDPOINTS.config, ANSWER_LIMIT_MS)) as ShownConfig;
    const { configDifferences } = await import('@mtrade/config');
    return {
      file: running.source.file,
      differences: configDifferences(running, { config: document, source }),
    };
  } catch {
    return null;
  }
}

/** One option, in the words of `doctor` and `config show`. */
export const differenceText = ({ key, running, here }: ConfigDifference): string =>
  running === null && here === null
    ? `${key} is another one`
    : `${key}: the engine runs with ${running ?? 'none'}, this configuration says ${here ?? 'none'}`;

/** `mtrade permit` decides about a pair that the books know, whatever the file says. */
export const AFTER_EDIT =
  'a restart takes them over (mtrade stop, mtrade start; a running cycle keeps its ladder); for `trade` of a pair that the books know: mtrade permit';

/** For `status`: that there is something to look at; nothing where the two agree. */
export function differenceNotice(found: RunningConfig | null): string[] {
  const count = found?.differences.length ?? 0;
  if (count === 0) return [];
  return [
    `note: ${counted(count, 'option')} of the configuration ${count === 1 ? 'differs' : 'differ'} from what the engine runs with; mtrade doctor names ${count === 1 ? 'it' : 'them'}`,
  ];
}

/** More of them would push the table away. */
const MOST_NAMED = 3;

/** For `ladder`: that its rows are not those of the running engine; nothing where the two agree. */
export function ladderNotice(
  found: RunningConfig | null,
  symbol: string,
  pairs: ResolvedConfig['document']['pairs'],
): string[] {
  const pair = `pairs.${symbol}`;
  const own = pairs.find((one) => one.symbol === symbol)?.ladder ?? {};
  // An option of [ladder] counts where the pair has none of its own.
  const counts = (key: string): boolean =>
    key === pair ||
    key.startsWith(`${pair}.ladder.`) ||
    (key.startsWith('ladder.') && !Object.hasOwn(own, key.slice('ladder.'.length)));
  const differences = (found?.differences ?? []).filter(({ key }) => counts(key));
  if (differences.length === 0) return [];
  const named = differences.slice(0, MOST_NAMED).map(differenceText);
  const more = differences.length - named.length;
  return [
    `note: these rows differ from what the running engine uses: ${named.join('; ')}${more > 0 ? `; and ${more} more, see mtrade doctor` : ''}; they hold after a restart, from the next cycle on`,
  ];
}
