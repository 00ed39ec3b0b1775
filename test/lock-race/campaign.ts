import { rmSync } from 'node:fs';
import { Random } from '../simulation/random.js';
import { BROKEN_ROUNDS, newRoot, type Round, ROUNDS } from './rounds.js';
import { type Layers, Starter, Starters } from './starters.js';
import { Witness } from './witness.js';

export interface CampaignOptions {
  readonly seed: number;
  readonly rounds: number;
  readonly starters: number;
  /** Kinds of round, taken in turn. */
  readonly kinds: readonly string[];
  readonly layers: Layers;
  /** Ends the campaign once two have held the lock at once. */
  readonly untilTwoHolders?: boolean;
  readonly tell?: (line: string) => void;
}

export interface CampaignResult {
  readonly rounds: number;
  readonly starters: number;
  readonly kinds: Readonly<Record<string, number>>;
  /** How often the lock was in somebody's hand. */
  readonly entries: number;
  readonly kills: number;
  /** Times at which two held it at once, by the notes of the witness. */
  readonly twoHolders: number;
  readonly violations: readonly string[];
  /** Kinds of round that could not be held here, with the reason. */
  readonly skipped: Readonly<Record<string, string>>;
  /** What a dead holder has left, taken over by a single start, and by one of all that start at once. */
  readonly takeoverMs: { readonly alone: Takeover; readonly amongAll: Takeover };
}

export interface Takeover {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Every kind of round in turn; the order of what the seed draws does not depend on who wins. */
export async function runCampaign(options: CampaignOptions): Promise<CampaignResult> {
  const { seed, rounds, layers, tell } = options;
  const kinds = layers === 'all' ? options.kinds : BROKEN_ROUNDS;
  const witness = new Witness();
  const starters = new Starters(witness, options.starters);
  const violations: string[] = [];
  const takeovers = { alone: [] as number[], 'among-all': [] as number[] };
  const skipped: Record<string, string> = {};
  const counts: Record<string, number> = Object.fromEntries(kinds.map((kind) => [kind, 0]));
  let kills = 0;
  let done = 0;
  try {
    for (; done < rounds && !(options.untilTwoHolders && witness.overlaps.length > 0); done += 1) {
      const kind = kinds[done % kinds.length] as string;
      const root = newRoot();
      const broken = (what: string): void => {
        violations.push(`round ${done} (${kind}, seed ${seed}): ${what}`);
        tell?.(violations.at(-1) as string);
      };
      const round: Round = {
        number: done,
        random: new Random(seed, `${kind} ${done}`),
        starters: await starters.ready(),
        layers,
        root,
        broken,
        tookOver: (how, ms) => takeovers[how].push(ms),
        withPrivateTmp: () => Starter.launch(witness, { isPrivate: true }),
        killed: () => (kills += 1),
      };
      const seen = witness.overlaps.length;
      try {
        const reason = await ROUNDS[kind]?.(round);
        if (typeof reason === 'string') skipped[kind] = reason;
        else counts[kind] = (counts[kind] ?? 0) + 1;
      } finally {
        rmSync(root, { recursive: true, force: true });
      }
      for (const overlap of witness.overlaps.slice(seen)) broken(overlap);
    }
  } finally {
    await starters.end();
  }
  return {
    rounds: done,
    starters: options.starters,
    kinds: counts,
    entries: witness.entries,
    kills,
    twoHolders: witness.overlaps.length,
    violations,
    skipped,
    takeoverMs: { alone: takeoverOf(takeovers.alone), amongAll: takeoverOf(takeovers['among-all']) },
  };
}

export function takeoverOf(ms: readonly number[]): Takeover {
  const sorted = ms.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    Number((sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0).toFixed(1));
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}
