import type { CrashArguments } from './arguments.js';
import type { Violation } from '../replay/checker/facts.js';
import { type Death, describeDeath, Plan } from './plan.js';
import { Round } from './round.js';
import { symbolsOf } from './setting.js';
import { Totals } from './totals.js';

export interface CampaignResult {
  readonly totals: Totals;
  readonly seconds: number;
  /** Null: all was well. */
  readonly failure: {
    readonly seed: number;
    readonly death: string;
    readonly directory: string;
    readonly violations: readonly Violation[];
  } | null;
}

type CampaignOptions = Pick<
  CrashArguments,
  'kills' | 'seed' | 'randomPct' | 'points' | 'pairs' | 'perRound' | 'isCalm' | 'stops' | 'keep'
>;

/** Kills and looks until enough engines have died or something is wrong; what is wrong keeps its directory. */
export async function campaign(
  options: CampaignOptions,
  tell: (line: string) => void,
): Promise<CampaignResult> {
  const plan = new Plan(options);
  const totals = new Totals();
  const begunMs = performance.now();
  const result = (failure: CampaignResult['failure']): CampaignResult => ({
    totals,
    seconds: (performance.now() - begunMs) / 1_000,
    failure,
  });
  for (let round = 0; totals.deaths < options.kills; round += 1) {
    const failure = await playRound(options, round, { plan, totals, tell });
    if (failure) return result(failure);
  }
  return result(null);
}

async function playRound(
  options: CampaignOptions,
  number: number,
  {
    plan,
    totals,
    tell,
  }: { readonly plan: Plan; readonly totals: Totals; readonly tell: (line: string) => void },
): Promise<CampaignResult['failure']> {
  const seed = options.seed + number;
  const round = await Round.begin({
    seed,
    symbols: symbolsOf(options.pairs),
    isCalm: options.isCalm,
    stops: options.stops,
  });
  let isWell = false;
  const failed = (death: string, violations: readonly Violation[]): CampaignResult['failure'] => ({
    seed: options.seed,
    death,
    directory: round.directory,
    violations,
  });
  try {
    const last = Math.min(options.kills, totals.deaths + options.perRound);
    for (let isFirst = true; totals.deaths < last; isFirst = false) {
      const death: Death = plan.next(isFirst);
      const begunMs = performance.now();
      const { isHit, verdict } = await round.die(death);
      totals.count(death, isHit);
      tell(
        `${totals.deaths}. ${describeDeath(death)}${isHit ? '' : ': not reached'}; ${Math.round(performance.now() - begunMs)} ms, ` +
          `${verdict.orders} orders, ${verdict.trades} trades, ${verdict.pending.length} open`,
      );
      if (verdict.violations.length > 0)
        return failed(`death ${totals.deaths}: ${describeDeath(death)}`, verdict.violations);
    }
    const healed = await round.heal();
    if (healed.violations.length > 0) return failed('after the last death, healed', healed.violations);
    totals.endRound(healed, await round.exchange.fired());
    isWell = true;
    return null;
  } finally {
    round.close(!isWell || options.keep);
  }
}
