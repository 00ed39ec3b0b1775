import { type Decimal, integer, ONE, text, ZERO } from '@mtrade/money';
import { type ConfigDocument, ladderFromTexts } from '@mtrade/config';
import { validateLadder } from '@mtrade/cycle';
import { type FieldReport, shown, type Verdict, withoutCounterpart } from './fields.js';
import { BotReader, type BotJson, isUnset } from './read-bots.js';
import {
  fitSteps,
  fitVolumes,
  isSame,
  ourOrders,
  type PlannedOrder,
  type TheirLadder,
  theirOrders,
} from './rows.js';

export interface TranslatedBot {
  readonly name: string;
  /** `BASE/QUOTE`. */
  readonly symbols: readonly string[];
  readonly trade: boolean;
  /** Our ladder by its configuration keys. */
  readonly ladder: Readonly<Record<string, string>>;
  readonly fields: readonly FieldReport[];
  readonly theirs: readonly PlannedOrder[];
  readonly ours: readonly PlannedOrder[];
}

/** A number as short as it can be told. */
const short = (value: Decimal, decimals = 4): string =>
  text(value.round(decimals))
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '');

/**
 * One DCA bot as a ladder of ours. Every setting of it ends up in `fields`, exact or with the reason why not; whether it
 * is exact is judged by comparing order with order. Throws MTRADE_CONFIG for a bot that cannot be carried over at all.
 */
export function translateBot(bot: BotJson, index: number, file: string): TranslatedBot {
  const reader = new BotReader(bot, index, file);
  refuseOtherKinds(reader);
  const fields: FieldReport[] = [];
  const tell = (field: string, key: string, ours: string, verdict: Verdict, reason = ''): void => {
    fields.push({ field, theirs: shown(bot[field] ?? ''), key, ours, verdict, reason });
  };

  const symbols = readPairs(reader, tell);
  const their = readLadder(reader);
  const theirs = theirOrders(their);
  const volumes = fitVolumes(their);
  const steps = fitSteps(theirs);
  const isFlat = isSame(volumes.volumeScale, ONE);
  const stopPct = reader.figure('stop_loss_percentage') ?? ZERO;
  const ladder = {
    base_order: text(volumes.baseOrder),
    safety_orders: String(their.safetyOrders),
    step_pct: text(steps.stepPct),
    step_growth_pct: text(steps.stepGrowthPct),
    volume_mode: isFlat ? 'fixed' : 'geometric',
    volume_scale: isFlat ? '1' : text(volumes.volumeScale),
    take_profit_pct: text(their.takeProfitPct),
    take_profit_decay_pct: '0',
    stop_loss_pct: text(stopPct),
  };
  // Its other two keys are our own defaults; nothing of theirs says anything about them.
  const params = ladderFromTexts({} as ConfigDocument['ladder'], {
    ...ladder,
    book_level_step: '0',
    reserve: '0',
  });
  const { errors } = validateLadder(params);
  if (errors.length > 0)
    throw reader.refuse(
      'max_safety_orders',
      `no ladder of ours: ${errors.map(({ message }) => message).join('; ')}`,
    );
  const ours = ourOrders(params);
  tellOrders(their, theirs, ours, ladder, tell);
  tellProfit(reader, ours, ladder.take_profit_pct, tell);
  tellStop(reader, stopPct, ours, tell);
  tellStart(reader, symbols.length, tell);
  return {
    name: reader.name,
    symbols,
    trade: bot['is_enabled'] !== false,
    ladder,
    fields: [...fields, ...withoutCounterpart(bot)],
    theirs,
    ours,
  };
}

type Tell = (field: string, key: string, ours: string, verdict: Verdict, reason?: string) => void;

/** What is something else than buying spot coins cheaper and selling them dearer. */
function refuseOtherKinds(reader: BotReader): void {
  const { bot } = reader;
  if (bot['strategy'] === 'short')
    throw reader.refuse('strategy', 'a short bot sells first; mtrade only buys first');
  const leverage = reader.text('leverage_type');
  if (leverage !== null && leverage !== 'not_specified')
    throw reader.refuse(
      'leverage_type',
      `a bot with leverage (${leverage}) trades futures; mtrade trades spot only`,
    );
  for (const key of ['base_order_volume_type', 'safety_order_volume_type']) {
    const type = reader.text(key);
    if (type !== null && type !== 'quote_currency')
      throw reader.refuse(
        key,
        `the volume is in ${type}; write it in the quote coin (quote_currency) into the file, as mtrade has it`,
      );
  }
}

/** 3Commas writes the quote first: `USDT_BTC` is our `BTC/USDT`. */
const THEIR_PAIR = /^(?:[A-Z0-9]+:)?([A-Z0-9]{1,20})_([A-Z0-9]{1,20})$/;

function readPairs(reader: BotReader, tell: Tell): readonly string[] {
  const symbols = reader.pairs().map((pair) => {
    const [, quote, base] = THEIR_PAIR.exec(pair.toUpperCase()) ?? [];
    if (quote === undefined || base === undefined || quote === base)
      throw reader.refuse('pairs', `${JSON.stringify(pair.slice(0, 40))} is no spot pair such as USDT_BTC`);
    if (
      /^(?:USDT|USDC|FDUSD|USD|EUR)$/.test(base) &&
      !/^(?:USDT|USDC|FDUSD|USD|EUR|TRY|BRL|JPY)$/.test(quote)
    )
      throw reader.refuse('pairs', `${pair}: 3Commas writes the quote coin first; write ${base}_${quote}`);
    return `${base}/${quote}`;
  });
  tell('pairs', 'pairs.symbol', symbols.join(', '), 'exact');
  return symbols;
}

function readLadder(reader: BotReader): TheirLadder {
  const safetyOrders = reader.whole('max_safety_orders');
  const one = (key: string): Decimal => {
    const value = reader.figure(key) ?? ONE;
    return value.eq(ZERO) ? ONE : value;
  };
  const baseOrder = reader.needed('base_order_volume');
  if (baseOrder.eq(ZERO)) throw reader.refuse('base_order_volume', 'is 0');
  const takeProfitPct = reader.figure('take_profit');
  if (takeProfitPct === null || takeProfitPct.eq(ZERO))
    throw reader.refuse(
      'take_profit',
      isUnset(reader.bot['take_profit_steps'])
        ? 'is missing'
        : 'the bot sells in several steps (take_profit_steps); write one take_profit in per cent into the file',
    );
  const needed = (key: string): Decimal => {
    if (safetyOrders === 0) return ONE;
    const value = reader.needed(key);
    if (value.eq(ZERO)) throw reader.refuse(key, 'is 0');
    return value;
  };
  return {
    baseOrder,
    safetyOrder: needed('safety_order_volume'),
    safetyOrders,
    stepPct: needed('safety_order_step_percentage'),
    stepScale: one('martingale_step_coefficient'),
    volumeScale: one('martingale_volume_coefficient'),
    takeProfitPct,
  };
}

function tellOrders(
  their: TheirLadder,
  theirs: readonly PlannedOrder[],
  ours: readonly PlannedOrder[],
  ladder: Readonly<Record<string, string>>,
  tell: Tell,
): void {
  const sameVolume = theirs.map(({ purchase }, order) => isSame(purchase, ours[order]?.purchase ?? ZERO));
  const sameDrop = theirs.every(({ dropPct }, order) => isSame(dropPct, ours[order]?.dropPct ?? ZERO));
  const volumes = sameVolume.every(Boolean);
  const sum = (orders: readonly PlannedOrder[]): string =>
    short(
      orders.reduce<Decimal>((total, { purchase }) => total.plus(purchase), ZERO),
      2,
    );
  const bases = sameVolume[0] === true;
  tell(
    'base_order_volume',
    'ladder.base_order',
    ladder['base_order'] ?? '',
    bases ? 'exact' : 'approximated',
    bases
      ? ''
      : `one factor leads from each of our purchases to the next; so that every safety order is yours, the base order is safety order / scale (all orders together: ${sum(theirs)}, here ${sum(ours)})`,
  );
  tell('max_safety_orders', 'ladder.safety_orders', ladder['safety_orders'] ?? '', 'exact');
  if (their.safetyOrders === 0) return;
  const scale = `${ladder['volume_mode']}, ${ladder['volume_scale']}`;
  const safeties = sameVolume.slice(1).every(Boolean);
  tell(
    'safety_order_volume',
    'ladder.volume_scale',
    scale,
    safeties ? 'exact' : 'approximated',
    safeties ? '' : 'rounded; see the orders below',
  );
  tell(
    'martingale_volume_coefficient',
    'ladder.volume_scale',
    scale,
    safeties ? 'exact' : 'approximated',
    safeties || volumes ? '' : 'rounded; see the orders below',
  );
  const step = `${ladder['step_pct']} + k x ${ladder['step_growth_pct']}`;
  const deepest = `${short(theirs.at(-1)?.dropPct ?? ZERO)} %, here ${short(ours.at(-1)?.dropPct ?? ZERO)} %`;
  const why = `our steps grow by a sum, yours by a factor: the last order lies at ${deepest}, the ones between differ, see the orders`;
  tell(
    'safety_order_step_percentage',
    'ladder.step_pct',
    sameDrop ? (ladder['step_pct'] ?? '') : step,
    sameDrop ? 'exact' : 'approximated',
    sameDrop ? '' : why,
  );
  tell(
    'martingale_step_coefficient',
    'ladder.step_growth_pct',
    ladder['step_growth_pct'] ?? '',
    sameDrop ? 'exact' : 'approximated',
    sameDrop ? '' : why,
  );
}

function tellProfit(reader: BotReader, ours: readonly PlannedOrder[], pct: string, tell: Tell): void {
  const deepest = ours.at(-1)?.profitPct ?? ZERO;
  const isExact = ours.length === 1;
  tell(
    'take_profit',
    'ladder.take_profit_pct',
    pct,
    isExact ? 'exact' : 'approximated',
    isExact
      ? ''
      : `counted from the price of the last order instead of the average price: after the last order we sell ${short(deepest)} % above the average. Fees are not in it on either side; we never sell below cost and fees`,
  );
  const type = reader.text('take_profit_type');
  if (type === null) return;
  if (type === 'total') tell('take_profit_type', '', 'of the whole position', 'exact');
  else
    tell(
      'take_profit_type',
      '',
      'of the whole position',
      'not supported',
      'yours is a share of the base order only; ours is of all that was bought, so we sell later and higher',
    );
}

function tellStop(reader: BotReader, stopPct: Decimal, ours: readonly PlannedOrder[], tell: Tell): void {
  if (stopPct.eq(ZERO)) return;
  tell(
    'stop_loss_percentage',
    'ladder.stop_loss_pct',
    text(stopPct),
    'approximated',
    ours.length === 1
      ? 'counted from the average cost (the fees of the buys included) instead of the price of the base order'
      : 'counted from the average cost (the fees of the buys included), so it moves down with every averaging buy, and may end the cycle before the last order; yours stays below the base order',
  );
  if (reader.text('stop_loss_type') === 'stop_loss_and_disable_bot')
    tell(
      'stop_loss_type',
      '',
      'the next cycle begins',
      'not supported',
      'after a stop mtrade goes on; pause the pair to hold it',
    );
}

function tellStart(reader: BotReader, pairs: number, tell: Tell): void {
  const { bot } = reader;
  if (bot['strategy'] === 'long') tell('strategy', '', 'buys first', 'exact');
  if (bot['is_enabled'] === false) tell('is_enabled', 'pairs.trade', 'false', 'exact');
  const start = reader.text('start_order_type');
  if (start === 'market') tell('start_order_type', '', 'market', 'exact');
  else if (start !== null)
    tell(
      'start_order_type',
      '',
      'market',
      'not supported',
      'the start buy is a market order; its cost is limited by base_order',
    );
  const signals = strategiesOf(bot['strategy_list']);
  if (signals.length > 0 && signals.every((signal) => signal === 'nonstop'))
    tell('strategy_list', '', 'at once', 'exact');
  else if (signals.length > 0)
    tell(
      'strategy_list',
      '',
      'at once',
      'not supported',
      `there are no signals (${signals.join(', ').slice(0, 60)}): a cycle begins as soon as the one before has ended`,
    );
  const deals = reader.figure('max_active_deals');
  if (deals !== null && deals.gt(ZERO)) {
    const enough = deals.gte(integer(pairs));
    tell(
      'max_active_deals',
      '',
      `${pairs}`,
      enough ? 'exact' : 'not supported',
      enough
        ? ''
        : 'every pair with trade = true has its own cycle; take out pairs that you cannot pay for at once',
    );
  }
  const perPair = reader.figure('allowed_deals_on_same_pair');
  if (perPair !== null && perPair.gt(ONE))
    tell('allowed_deals_on_same_pair', '', '1', 'not supported', 'a pair has one cycle at a time');
  const profit = reader.text('profit_currency');
  if (profit === 'quote_currency') tell('profit_currency', '', 'quote', 'exact');
  else if (profit !== null)
    tell(
      'profit_currency',
      '',
      'quote',
      'not supported',
      'the whole position is sold; the profit is in the quote coin',
    );
}

function strategiesOf(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return typeof value === 'string' && value !== '' ? [value.slice(0, 60)] : [];
  return (value as readonly unknown[]).map((one) => {
    const name = typeof one === 'object' && one !== null ? (one as Record<string, unknown>)['strategy'] : one;
    return typeof name === 'string' ? name : 'unnamed';
  });
}

/** Quote that all orders of a bot together need on each of its pairs. */
export const wholeLadder = ({ ours }: TranslatedBot): Decimal =>
  ours.reduce<Decimal>((total, { purchase }) => total.plus(purchase), ZERO);
