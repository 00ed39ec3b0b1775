import type { EpochMs } from '@mtrade/base';
import {
  isRestored,
  type PairState,
  protectiveStop,
  UNPROTECTED_ALARM_MS,
  unprotectedMs,
  WAIT_WORDS,
} from '@mtrade/cycle';
import { text, ZERO } from '@mtrade/money';
import { ageText } from './age-text.js';
import { type Finding, finding } from './finding.js';

/** Positions that want a protective stop and have none (I27), and stops that nobody wants any more. */
export function judgeStops(pairs: readonly PairState[], nowMs: number, running: boolean): Finding[] {
  const found = pairs.flatMap((pair) => judgePosition(pair, nowMs as EpochMs, running));
  const isHeld = ({ cycle }: PairState): boolean => cycle !== null && !cycle.baseVolume.eq(ZERO);
  const held = pairs.filter(isHeld).length;
  if (held === 0) return found;
  const wanted = pairs.filter((pair) => isHeld(pair) && wantsStop(pair)).length;
  const covered = pairs.filter(({ position }) => position?.state === 'active').length;
  const words =
    wanted === 0
      ? 'none of them wants a protective stop'
      : `${wanted} want a protective stop, ${covered} have it`;
  const summary = `${held} open ${held === 1 ? 'position' : 'positions'}; ${words}`;
  return [...found, finding('INFO', 'unprotected', null, summary, 'nothing to do')];
}

const wantsStop = ({ cycle }: PairState): boolean => cycle !== null && !cycle.params.stopLossPct.eq(ZERO);

function judgePosition(pair: PairState, nowMs: EpochMs, running: boolean): Finding[] {
  const { symbol, cycle, position } = pair;
  const stop = protectiveStop(pair);
  if (stop !== undefined && stop.cycleId !== cycle?.id)
    return [
      finding(
        'WARN',
        'unprotected',
        symbol,
        `a stop (${stop.stop?.stopId ?? 'not named yet'}) of a cycle that is over is still open`,
        running ? 'the engine takes it back; see the log' : 'start the engine, or cancel it at the exchange',
      ),
    ];
  if (cycle?.phase !== 'active' || !wantsStop(pair)) return [];
  const volume = `${text(cycle.baseVolume)} ${symbol.split('/')[0]}`;
  const critical = (detail: string): Finding[] => [
    finding(
      'CRITICAL',
      'unprotected',
      symbol,
      detail,
      running
        ? 'see mtrade status for the reason; the engine goes on trying. Place a stop at the exchange by hand, or mtrade sell the pair'
        : 'start the engine: it looks for the stop and places it; or place one at the exchange by hand',
    ),
  ];
  if (position === null)
    return critical(`${volume} are held, a stop is wanted, and the books have no position for it`);
  if (position.rollback !== null)
    return critical(
      `${volume} could not be protected (${position.rollback}) and are to be sold; that is not done yet`,
    );
  const forMs = unprotectedMs(position, nowMs);
  if (forMs === null) return [];
  if (isRestored(pair))
    return [
      finding(
        'CRITICAL',
        'unprotected',
        symbol,
        `${volume} are held without the protective stop that they should have, since ${ageText(forMs)}; ` +
          `no stop is placed: ${WAIT_WORDS.restored_books}`,
        'do as the attention of the pair says (docs/backup.md, "Restore"); until then protect the coins at the exchange by hand',
      ),
    ];
  if (running && forMs < UNPROTECTED_ALARM_MS)
    return [finding('INFO', 'unprotected', symbol, 'its stop is being placed', 'nothing to do')];
  return critical(
    `${volume} are held without the protective stop that they should have, since ${ageText(forMs)}`,
  );
}
