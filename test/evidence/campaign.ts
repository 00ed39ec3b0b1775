import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Campaign, type Figures, keepRecord, readRecords, seedsOf } from './records.js';

/**
 * `npm run campaign -- [--times N] TOOL [options of the tool]`: runs a campaign, N times over, and keeps its figures for
 * docs/reliability.md. Without `--seed` it goes on after the seeds that are kept already, so a long campaign can be
 * stopped at any time and continued later.
 */
const root = fileURLToPath(new URL('../../../', import.meta.url));
const TOOLS: ReadonlySet<string> = new Set(['sim', 'crash', 'lock-race', 'fuzz']);

const [tool, times, given] = readArguments(process.argv.slice(2));
for (let time = 0; time < times; time += 1) {
  const exitCode = runOnce(tool, given);
  if (exitCode !== 0) {
    process.exitCode = exitCode;
    break;
  }
}

function readArguments(
  argv: readonly string[],
): readonly [tool: string, times: number, rest: readonly string[]] {
  const [flag = '', count = ''] = argv;
  const isRepeated = flag === '--times';
  const [name = '', ...rest] = isRepeated ? argv.slice(2) : argv;
  if (TOOLS.has(name) && (!isRepeated || /^[1-9]\d*$/.test(count)) && !rest.includes('--json'))
    return [name, isRepeated ? Number(count) : 1, rest];
  console.error(
    `npm run campaign -- [--times N] ${[...TOOLS].join('|')} [options of the tool, without --json]`,
  );
  process.exit(2);
}

/** Exit code of the tool. A broken promise is kept too: the page tells what was found, not what was hoped for. */
function runOnce(name: string, options: readonly string[]): number {
  const campaign = (name === 'sim' && options.includes('--ablate') ? 'sim-ablations' : name) as Campaign;
  const isSeeded = options.includes('--seed') || campaign === 'sim-ablations';
  const seed = isSeeded ? Number(valueOf(options, '--seed') ?? '1') : nextSeed(campaign, options);
  const args = isSeeded ? options : [...options, '--seed', String(seed)];
  const directory = mkdtempSync(join(tmpdir(), 'mtrade-campaign-'));
  const file = join(directory, 'figures.json');
  const command = `npm run ${name} -- ${args.join(' ')}`;
  console.error(`$ ${command}`);
  try {
    const run = spawnSync('npm', ['run', '--silent', name, '--', ...args, '--json', file], {
      cwd: root,
      stdio: 'inherit',
    });
    const exitCode = run.status ?? 1;
    const figures = JSON.parse(readFileSync(file, 'utf8')) as Figures;
    keepRecord(root, campaign, {
      command,
      at: `${new Date().toISOString().slice(0, 16)}Z`,
      commit: commitOf(root),
      node: process.version,
      machine: `${process.platform} ${process.arch}, ${availableParallelism()} cores`,
      exitCode,
      seed,
      figures,
    });
    return exitCode;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** The first seed after all that are kept; for the simulation only those of the same setting count. */
function nextSeed(campaign: Campaign, options: readonly string[]): number {
  const records = readRecords(root, campaign);
  if (campaign !== 'sim') return Math.max(0, ...records.map(({ seed }) => seed)) + 1;
  const hours = Number(valueOf(options, '--hours') ?? '6');
  const pairs = Number(valueOf(options, '--pairs') ?? '4');
  const same = records.filter(
    ({ figures }) => figures['hoursPerSeed'] === hours && figures['pairs'] === pairs,
  );
  return Math.max(0, ...same.map(({ figures }) => seedsOf(figures)[1])) + 1;
}

function valueOf(options: readonly string[], name: string): string | undefined {
  const index = options.indexOf(name);
  return index < 0 ? undefined : options[index + 1];
}

function commitOf(directory: string): string {
  const git = (...args: readonly string[]): string =>
    spawnSync('git', args, { cwd: directory, encoding: 'utf8' }).stdout.trim();
  const changes = git('status', '--porcelain', '--', '.', ':!test/evidence/results', ':!docs/reliability.md');
  return `${git('rev-parse', '--short=10', 'HEAD')}${changes === '' ? '' : '+'}`;
}
