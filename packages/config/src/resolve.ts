import { dirname, isAbsolute, resolve } from 'node:path';
import type { Decimal } from '@mtrade/money';
import {
  type ConfigDocument,
  configFromDocument,
  GATE_URLS,
  type MtradeConfig,
  type PairDocument,
} from './document.js';
import { applyOverride, type Override, readOverrides } from './env-overrides.js';
import type { LadderValues } from './options.js';
import { configError, type ConfigProblem } from './problems.js';
import { DATA_DIR_OPTION, defaultDataDir } from './locate.js';
import { type ConfigFs, type ConfigPlace, readConfigFile } from './read-file.js';
import { hostKind } from './network.js';
import { fileSchema, schemaProblems } from './schema.js';
import { feedText, parseFeed } from './shapes.js';
import { normalizeSymbol } from './symbols.js';
import { dotted, type Path } from './tables.js';

/** The trading rules' own judgement of one ladder, given by the caller because the rules lie in the same layer. */
export type LadderCheck = (
  ladder: LadderValues,
  feePct: Decimal,
) => { readonly problems: readonly string[]; readonly warnings: readonly string[] };

export interface ResolveDeps {
  readonly fs: ConfigFs;
  readonly checkLadder?: LadderCheck;
}

/** Where a configuration came from. */
export interface ConfigSource {
  /** Null: built-in defaults. */
  readonly file: string | null;
  /** Dotted key -> environment variable (or option of the command line) that set it. */
  readonly overrides: Readonly<Record<string, string>>;
}

export interface ResolvedConfig {
  readonly config: MtradeConfig;
  readonly document: ConfigDocument;
  readonly source: ConfigSource;
  /** One line each; the engine runs all the same. */
  readonly warnings: readonly string[];
}

/** Traded in paper mode when no pairs are configured. */
const BUILT_IN_PAIRS = 'ADA ATOM AVAX BNB BTC DOGE DOT EOS ETH LINK LTC MATIC SOL TRX UNI XRP'
  .split(' ')
  .map((base) => ({ symbol: `${base}/USDT`, trade: true }));

export const BUILT_IN = 'built-in defaults';

type Where = (path: Path) => string;

const symbolsOf = (root: Readonly<Record<string, unknown>>): (string | null)[] =>
  Array.isArray(root['pairs'])
    ? root['pairs'].map((pair: unknown) => {
        const symbol = (pair as { symbol?: unknown } | null)?.symbol;
        return typeof symbol === 'string' ? normalizeSymbol(symbol) : null;
      })
    : [];

function duplicatePairs(symbols: readonly (string | null)[], where: Where): ConfigProblem[] {
  return symbols.flatMap((symbol, index) => {
    const first = symbols.indexOf(symbol);
    if (symbol === null || first === index) return [];
    const path = ['pairs', index, 'symbol'];
    const message = `${symbol} is already pairs[${first}]; keep one of the two`;
    return [{ where: where(path), key: dotted(path), message }];
  });
}

const hostOf = (url: string): string => new URL(url).hostname;

/** Both addresses and the keys must belong to one network (scenario 61). */
function networkProblems({ mode, exchange, paper }: ConfigDocument, where: Where): ConfigProblem[] {
  if (mode === 'paper' && paper.feed !== 'live') return [];
  const keys = ['rest_url', 'ws_url'] as const;
  const given = keys.filter((key) => exchange[key] !== undefined);
  if (given.length === 1) {
    const missing = given[0] === 'rest_url' ? 'ws_url' : 'rest_url';
    const message = `missing, though exchange.${given[0]} is given; give both, of one network, or neither`;
    return [{ where: where(['exchange', given[0] ?? '']), key: `exchange.${missing}`, message }];
  }
  const other = mode === 'testnet' ? 'live' : 'testnet';
  const foreign = new Set(Object.values(GATE_URLS[other]).map(hostOf));
  return given
    .filter((key) => foreign.has(hostOf(exchange[key] ?? '')))
    .map((key) => ({
      where: where(['exchange', key]),
      key: `exchange.${key}`,
      message: `this is the address of the ${other} network, but mode = "${mode}"; change one of them`,
    }));
}

/** What would only show when an alert is needed most is refused while somebody is looking. */
function alertProblems({ alerts }: ConfigDocument, where: Where): ConfigProblem[] {
  const problem = (key: keyof ConfigDocument['alerts'], message: string): ConfigProblem => ({
    where: where(['alerts', key]),
    key: `alerts.${key}`,
    message,
  });
  const problems = (['webhook_url', 'telegram_url'] as const).flatMap((key) => {
    const raw = alerts[key];
    if (raw === undefined || alerts.allow_private) return [];
    const { protocol, hostname } = new URL(raw);
    const kind = hostKind(hostname);
    if (kind === 'loopback') return [];
    if (kind === 'private')
      return [
        problem(
          key,
          `${hostname} is an address inside a network; set alerts.allow_private = true if it is meant`,
        ),
      ];
    if (protocol === 'https:') return [];
    return [
      problem(
        key,
        'http is not encrypted; use https, or set alerts.allow_private = true for a network of your own',
      ),
    ];
  });
  const [program] = alerts.command;
  if (program !== undefined && !isAbsolute(program))
    problems.push(problem('command', 'its first entry must be the absolute path of a program'));
  return problems;
}

function ladderFindings(
  document: ConfigDocument,
  config: MtradeConfig,
  check: LadderCheck,
  where: Where,
): { problems: ConfigProblem[]; warnings: string[] } {
  const problems: ConfigProblem[] = [];
  const warnings: string[] = [];
  const seen = new Set<string>();
  document.pairs.forEach((pair, index) => {
    const path: Path = pair.ladder === undefined ? ['ladder'] : ['pairs', index, 'ladder'];
    const key = dotted(path);
    const ladder = config.pairs[index]?.ladder;
    if (seen.has(key) || ladder === undefined) return;
    seen.add(key);
    const label = pair.ladder === undefined ? key : `${key} (${pair.symbol})`;
    const found = check(ladder, config.exchange.feePct);
    problems.push(...found.problems.map((message) => ({ where: where(path), key: label, message })));
    warnings.push(...found.warnings.map((message) => `${label}: ${message}`));
  });
  return { problems, warnings };
}

function plainWarnings({ mode, exchange, paper, pairs }: ConfigDocument): string[] {
  const warnings: string[] = [];
  if (!pairs.some((pair) => pair.trade))
    warnings.push('pairs: no pair has trade = true, so nothing will be bought until `mtrade permit PAIR on`');
  if (mode === 'paper' && paper.feed !== 'live' && (exchange.rest_url ?? exchange.ws_url) !== undefined)
    warnings.push(`exchange.rest_url, exchange.ws_url: not used in paper mode with feed "${paper.feed}"`);
  if (
    mode !== 'paper' &&
    exchange.rest_url?.startsWith('http://') === true &&
    !/^(localhost|127\.|\[::1\])/.test(new URL(exchange.rest_url).host)
  )
    warnings.push('exchange.rest_url: http is not encrypted; use https outside this machine');
  return warnings;
}

/** A recording's path made absolute, so that it means the same from every directory. */
function absoluteFeed(feed: string, baseDir: string): string {
  const parsed = parseFeed(feed);
  return parsed.kind === 'recording' ? feedText({ ...parsed, path: resolve(baseDir, parsed.path) }) : feed;
}

const isOverruled = (path: Path, { argvDataDir }: ConfigPlace): boolean =>
  argvDataDir !== undefined && dotted(path) === 'data_dir';

const fromCommandLine = ({ argvDataDir, cwd }: ConfigPlace): Override[] =>
  argvDataDir === undefined
    ? []
    : [{ variable: DATA_DIR_OPTION, path: ['data_dir'], value: resolve(cwd, argvDataDir) }];

/** Finds, reads, overlays and checks the configuration. Throws one error that lists every problem. */
export function resolveConfig(place: ConfigPlace, { fs, checkLadder }: ResolveDeps): ResolvedConfig {
  const file = readConfigFile(place, fs);
  const { root } = file;
  const top = readOverrides(place.env, []);
  const modeOverride = top.overrides.find(({ path }) => path.length === 1 && path[0] === 'mode');
  const mode = modeOverride?.value ?? root['mode'];
  // A mistyped mode is one mistake; it must not also be told that it lacks pairs.
  const isPaper = mode !== 'live' && mode !== 'testnet';
  const builtInPairs = root['pairs'] === undefined && isPaper;
  if (builtInPairs) root['pairs'] = BUILT_IN_PAIRS.map((pair) => ({ ...pair }));

  const symbols = symbolsOf(root);
  const { overrides: fromEnv, problems: envProblems } = readOverrides(place.env, symbols);
  const overrides = [...fromEnv.filter(({ path }) => !isOverruled(path, place)), ...fromCommandLine(place)];
  for (const override of overrides) applyOverride(root, override);

  const fileName = file.path ?? BUILT_IN;
  const where: Where = (path) => {
    const key = dotted(path);
    const setBy = overrides.find((override: Override) => dotted(override.path) === key);
    if (setBy === undefined) return fileName;
    return setBy.variable === DATA_DIR_OPTION ? DATA_DIR_OPTION : `environment variable ${setBy.variable}`;
  };

  const parsed = fileSchema.safeParse(root);
  const problems: ConfigProblem[] = [...envProblems, ...duplicatePairs(symbols, where)];
  if (!parsed.success) {
    const found = schemaProblems(root, parsed.error.issues);
    problems.push(...found.map(({ path, message }) => ({ where: where(path), key: dotted(path), message })));
  }
  if (root['pairs'] === undefined)
    problems.push({
      where: fileName,
      key: 'pairs',
      message:
        'missing; name at least one pair: [[pairs]] symbol = "ETH/USDT" (only paper mode has built-in pairs)',
    });
  if (!parsed.success || root['pairs'] === undefined) throw configError(problems);

  const data = parsed.data as unknown as Omit<ConfigDocument, 'data_dir'> & { readonly data_dir?: string };
  const feedFromEnv = overrides.some(({ path }) => dotted(path) === 'paper.feed');
  const feedBase = feedFromEnv || file.path === null ? place.cwd : dirname(file.path);
  const document: ConfigDocument = {
    ...data,
    data_dir: data.data_dir ?? defaultDataDir(place),
    paper: { ...data.paper, feed: absoluteFeed(data.paper.feed, feedBase) },
    pairs: data.pairs.map((pair): PairDocument => ({
      ...pair,
      symbol: normalizeSymbol(pair.symbol) ?? pair.symbol,
    })),
  };
  const config = configFromDocument(document);

  problems.push(...networkProblems(document, where), ...alertProblems(document, where));
  const { feed } = config.paper;
  if (document.mode === 'paper' && feed.kind === 'recording' && !fs.exists(feed.path))
    problems.push({
      where: where(['paper', 'feed']),
      key: 'paper.feed',
      message: `no recording at ${feed.path}`,
    });
  const ladders =
    checkLadder === undefined
      ? { problems: [], warnings: [] }
      : ladderFindings(document, config, checkLadder, where);
  problems.push(...ladders.problems);
  if (problems.length > 0) throw configError(problems);

  return {
    config,
    document,
    source: {
      file: file.path,
      overrides: Object.fromEntries(overrides.map(({ path, variable }) => [dotted(path), variable])),
    },
    warnings: [...plainWarnings(document), ...ladders.warnings],
  };
}
