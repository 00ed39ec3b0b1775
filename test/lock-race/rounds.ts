import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemPlatform } from '@mtrade/runtime/lock';
import type { Random } from '../simulation/random.js';
import { type Layers, type Outcome, soon, type Starter, type Target } from './starters.js';

/** What a round needs, and where it tells what it has seen. */
export interface Round {
  readonly number: number;
  readonly random: Random;
  readonly starters: readonly Starter[];
  /** `all`, or one that is broken on purpose. */
  readonly layers: Layers;
  /** A fresh directory for this round. */
  readonly root: string;
  /** Something that must never be. */
  readonly broken: (what: string) => void;
  /** From the instant of the start to the lock in hand, where something of a dead holder was in the way. */
  readonly tookOver: (how: 'alone' | 'among-all', ms: number) => void;
  /** One more starter, which has a /tmp of its own; null where that cannot be had. */
  readonly withPrivateTmp: () => Promise<Starter | null>;
  readonly killed: () => void;
}

/** The directories and the key of a round. Keys are of this round alone: a socket name would reach beyond the directory. */
export const targetOf = ({ number, root, layers }: Round, change: Partial<Target> = {}): Target => ({
  layers,
  dataDir: join(root, 'data'),
  runtimeDir: join(root, 'run'),
  apiKey: `race-${process.pid}-${number}`,
  cwd: root,
  ...change,
});

const entered = (outcome: Outcome): outcome is Outcome & { type: 'entered' } => outcome.type === 'entered';

/** All at one instant. Who was refused must have been refused for the right reason. */
async function race(round: Round, starters: readonly Starter[], targets: Target | ((i: number) => Target)) {
  const atNs = soon();
  const runs = await Promise.all(
    starters.map(async (starter, i) => ({
      starter,
      outcome: await starter.take(round.number, typeof targets === 'function' ? targets(i) : targets, atNs),
    })),
  );
  for (const { outcome } of runs) {
    if (outcome.type === 'silent') round.broken('a starter neither has the lock nor was refused');
    if (outcome.type === 'refused' && outcome.code !== 'MTRADE_LOCK_HELD')
      round.broken(`a starter failed with ${outcome.code}: ${outcome.text}`);
  }
  return runs.filter(({ outcome }) => entered(outcome)) as {
    starter: Starter;
    outcome: Outcome & { type: 'entered' };
  }[];
}

/** Exactly one gets it and keeps it until all others have been refused (P35). */
async function oneWins(
  round: Round,
  starters: readonly Starter[],
  targets: Target | ((i: number) => Target),
) {
  const winners = await race(round, starters, targets);
  if (winners.length !== 1) round.broken(`${winners.length} of ${starters.length} starters got the lock`);
  for (const { starter } of winners)
    if (!(await starter.stillHolds(round.number)))
      round.broken('the winner believes that it has lost the lock');
  return winners;
}

const leaveAll = (round: Round, winners: readonly { readonly starter: Starter }[]) =>
  Promise.all(winners.map(({ starter }) => starter.leave(round.number)));

/** A single start must get the lock, whatever was left. */
async function takesOver(round: Round, starter: Starter, target: Target): Promise<void> {
  const [winner] = await race(round, [starter], target);
  if (!winner) return round.broken('the next start was refused although nobody holds the lock');
  round.tookOver('alone', winner.outcome.tookMs);
  await starter.leave(round.number);
}

/** The first starter holds; the others are the race. Null when it was refused a free lock. */
async function holder(round: Round, target: Target): Promise<[Starter, readonly Starter[]] | null> {
  const [first, ...others] = round.starters;
  const [winner] = await race(round, [first as Starter], target);
  if (winner) return [winner.starter, others];
  round.broken('a single start was refused a free lock');
  return null;
}

async function cold(round: Round): Promise<void> {
  await leaveAll(round, await oneWins(round, round.starters, targetOf(round)));
}

/** Names of one directory and working directories that have nothing in common. */
async function elsewhere(round: Round): Promise<void> {
  const target = targetOf(round);
  mkdirSync(target.dataDir, { mode: 0o700 });
  symlinkSync(target.dataDir, join(round.root, 'link'));
  const dirs = [target.dataDir, join(round.root, 'link'), `${target.dataDir}/../data`];
  const cwds = [round.root, '/', tmpdir(), target.dataDir];
  await leaveAll(
    round,
    await oneWins(round, round.starters, (i) => ({
      ...target,
      dataDir: dirs[i % dirs.length] as string,
      cwd: cwds[i % cwds.length] as string,
    })),
  );
}

/** Two copies in two directories with one key would buy everything twice (P36). */
async function account(round: Round): Promise<void> {
  const ownRuntime = systemPlatform.hasAbstractSockets && round.random.chance(0.5);
  await leaveAll(
    round,
    await oneWins(round, round.starters, (i) =>
      targetOf(round, {
        dataDir: join(round.root, `copy-${i}`),
        // The name of the account that is no file reaches where lock files do not.
        ...(ownRuntime && { runtimeDir: join(round.root, `run-${i}`) }),
      }),
    ),
  );
}

const deadOwner = (random: Random, dataDir: string) => ({
  pid: random.pick([process.pid, 1, 4_000_000]),
  processStart: '1',
  bootId: random.chance(0.7) ? systemPlatform.bootId() : 'an-earlier-boot',
  machineId: systemPlatform.machineId(),
  uid: systemPlatform.uid,
  argv: [],
  version: '0',
  dataDir,
  accountOwnerPath: null,
  startedAtMs: 0,
});

/** What a dead holder may leave: a record, half a record, the visible layer fresh or old, a draft (P38, P39). */
async function stale(round: Round): Promise<void> {
  const { random } = round;
  const target = targetOf(round);
  const { dataDir } = target;
  mkdirSync(dataDir, { mode: 0o700 });
  const file = (name: string, content: string): void => writeFileSync(join(dataDir, name), content);
  const record = JSON.stringify(deadOwner(random, dataDir));
  const visible = join(dataDir, 'supervisor.lock');
  mkdirSync(visible);
  if (random.chance(0.5) || round.layers !== 'all') utimesSync(visible, new Date(0), new Date(0));
  if (random.chance(0.8))
    file(
      'supervisor.owner.json',
      random.pick([record, record.slice(0, 40), '', '{"pid":-1}', '\u0000'.repeat(99)]),
    );
  if (random.chance(0.5)) file('supervisor.owner.json.tmp', record.slice(0, random.below(60)));
  if (random.chance(0.5)) file('supervisor.lockdb', '');
  const winners = await oneWins(round, round.starters, target);
  for (const { outcome } of winners) round.tookOver('among-all', outcome.tookMs);
  await leaveAll(round, winners);
}

/** kill -9 of the holder, then everybody at once (P37, scenario 48). */
async function killed(round: Round): Promise<void> {
  const target = targetOf(round);
  const held = await holder(round, target);
  if (!held) return;
  await held[0].kill();
  round.killed();
  const winners = await oneWins(round, held[1], target);
  for (const { outcome } of winners) round.tookOver('among-all', outcome.tookMs);
  await leaveAll(round, winners);
}

/** Whoever gets the lock is killed at once, while the others still try; then a single start must get it. */
async function chain(round: Round): Promise<void> {
  const target = targetOf(round);
  const atNs = soon();
  const [last, ...others] = round.starters;
  await Promise.all(
    others.map(async (starter) => {
      const outcome = await starter.take(round.number, target, atNs);
      if (outcome.type !== 'entered') return;
      await starter.kill();
      round.killed();
    }),
  );
  await takesOver(round, last as Starter, target);
}

/** Some are killed at any moment of taking it: half a lock must not be in anybody's way. */
async function midway(round: Round): Promise<void> {
  const target = targetOf(round);
  const [last, ...others] = round.starters;
  const victims = others.slice(0, 1 + round.random.below(Math.max(1, others.length / 4)));
  const delays = victims.map(() => round.random.unit() * 60);
  const [winners] = await Promise.all([
    race(round, others, target),
    ...victims.map(async (victim, i) => {
      await sleep(delays[i]);
      await victim.kill();
      round.killed();
    }),
  ]);
  const living = winners.filter(({ starter }) => !starter.isOver);
  if (living.length > 1) round.broken(`${living.length} starters got the lock`);
  await leaveAll(round, living);
  await takesOver(round, last as Starter, target);
}

/** A holder that stands still holds, however long (P22). */
async function stopped(round: Round): Promise<void> {
  const target = targetOf(round);
  const held = await holder(round, target);
  if (!held) return;
  const [first, others] = held;
  first.stop();
  await race(round, others, target);
  first.goOn();
  if (!(await first.stillHolds(round.number))) round.broken('a holder has lost the lock by standing still');
  await first.leave(round.number);
}

/** The files of a held lock are deleted: the holder must notice, and nobody may get in before it has ended (P40). */
async function deleted(round: Round): Promise<void> {
  const target = targetOf(round);
  const held = await holder(round, target);
  if (!held) return;
  const [first, others] = held;
  const { dataDir, runtimeDir } = target;
  const victim = round.random.pick([
    dataDir,
    runtimeDir,
    join(dataDir, 'supervisor.lockdb'),
    join(dataDir, 'supervisor.lock'),
  ]);
  rmSync(victim, { recursive: true });
  await race(round, others, target);
  if (await first.stillHolds(round.number))
    round.broken(`the holder has not noticed that ${victim} was deleted`);
  await first.leave(round.number);
}

/** The kernel's lock with every other layer switched off: each starter gets its turn, and no two at a time. */
async function kernel(round: Round): Promise<void> {
  const target = targetOf(round, { layers: 'kernel' });
  mkdirSync(target.dataDir, { mode: 0o700 });
  const atNs = soon();
  await Promise.all(
    round.starters.map(async (starter) => {
      const outcome = await starter.take(round.number, target, atNs);
      if (outcome.type === 'entered') await starter.leave(round.number);
      else round.broken(`a starter never got the kernel lock: ${JSON.stringify(outcome)}`);
    }),
  );
}

/**
 * A service with PrivateTmp and starts by hand (scenario 52, P42): one data directory that both see, or directories under
 * a /tmp that is another one for each, with one account. Gives the reason where the system has no such thing.
 */
async function privateTmp(round: Round): Promise<string | undefined> {
  const { random, starters, root } = round;
  const seenByBoth = newRoot(homedir());
  const service = await round.withPrivateTmp();
  try {
    if (service === null) return 'a process with a /tmp of its own cannot be started here (unshare, as root)';
    if (seenByBoth.startsWith(tmpdir())) return 'the home directory lies under the temporary directory';
    const ofBoth = { dataDir: join(seenByBoth, 'data'), runtimeDir: join(seenByBoth, 'run') };
    const ofEach = { dataDir: join(root, 'data'), runtimeDir: join(root, 'run') };
    const change = random.pick([ofBoth, { ...ofEach, runtimeDir: ofBoth.runtimeDir }, ofEach]);
    const target = targetOf(round, { ...change, cwd: '/' });
    // Its mount must not be ours: with one /tmp for both the round would prove nothing.
    mkdirSync(join(root, 'seen'));
    if (await service.sees(round.number, join(root, 'seen'))) return 'the private /tmp is not private';
    const [first, ...others] = random.chance(0.5) ? [service, ...starters] : [...starters, service];
    const [early] = await oneWins(round, [first], target);
    if ((await race(round, others, target)).length > 0)
      round.broken('two hold the lock through private mounts');
    if (early) await early.starter.leave(round.number);
    await leaveAll(round, await oneWins(round, [service, ...starters], target));
    return undefined;
  } finally {
    await service?.kill();
    rmSync(seenByBoth, { recursive: true, force: true });
  }
}

/** Each may give the reason why it cannot be held here. */
export const ROUNDS: Readonly<Record<string, (round: Round) => Promise<string | void>>> = {
  cold,
  stale,
  killed,
  chain,
  midway,
  stopped,
  deleted,
  elsewhere,
  account,
  kernel,
  'private-tmp': privateTmp,
};

/** Rounds that make sense for a lock that knows neither accounts nor witnesses. */
export const BROKEN_ROUNDS: readonly string[] = ['cold', 'stale'];

export const newRoot = (parent = tmpdir()): string => mkdtempSync(join(parent, 'mtrade-lock-race-'));
