import type { EngineEvent } from '../control/ports.js';
import type { Condition } from './alert.js';

/** What a line of the journal begins, with its text, or ends (null). */
export type StopAlert = readonly [condition: Condition, text: string | null];

/**
 * What a line of the journal says about protective stops. A stop that is lost, and a position that is sold for want of
 * one, are over within a second: no look at the state would show them.
 */
export function stopAlerts(event: string, details: EngineEvent['details']): readonly StopAlert[] {
  const say = (name: string): string => String(details[name]);
  switch (event) {
    case 'stop.lost':
      return [['stop.lost', `the protective stop was lost (${say('reason')}); it is placed again`]];
    case 'stop.duplicate':
      return [
        ['stop.duplicate', `a second stop (${say('stopId')}) lies on the exchange and is being cancelled`],
      ];
    case 'stop.duplicate-gone':
      return [['stop.duplicate', null]];
    case 'position.roll-back':
      return [['position.rolled-back', `the position is sold at the market: ${say('words')}`]];
    case 'position.protected':
      return [['stop.lost', null]];
    case 'position.rolled-back':
    case 'position.closed':
      return [
        ['stop.lost', null],
        ['stop.duplicate', null],
        ['position.rolled-back', null],
      ];
    default:
      return [];
  }
}
