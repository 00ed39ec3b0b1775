import type { LadderParams } from '@mtrade/cycle';
import { text } from '@mtrade/money';

/** Ladder parameters under the keys that the configuration has for them; amounts are exact decimal text. */
export const ladderParamsJson = (params: LadderParams) => ({
  base_order: text(params.baseOrder),
  safety_orders: params.safetyOrders,
  step_pct: text(params.stepPct),
  step_growth_pct: text(params.stepGrowthPct),
  volume_mode: params.volumeMode,
  volume_scale: text(params.volumeScale),
  take_profit_pct: text(params.takeProfitPct),
  take_profit_decay_pct: text(params.takeProfitDecayPct),
  stop_loss_pct: text(params.stopLossPct),
  book_level_step: text(params.bookLevelStep),
  reserve: text(params.reserve),
});
export type LadderParamsView = ReturnType<typeof ladderParamsJson>;
