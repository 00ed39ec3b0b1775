import { errorText, isMtradeError, systemClock } from '@mtrade/base';
import { checkLock, describeOwner, type StatusJson } from '@mtrade/runtime';
import { existsSync, lstatSync } from 'node:fs';
import { join } from 'node:path';
import { ControlClient, tokenRemedy } from '../control-client.js';
import { ENDPOINTS } from '../endpoints.js';
import { counted, duration } from '../render/columns.js';
import { type Finding, ok, problem, warning } from './finding.js';

const CHECK = 'engine';
/** A living engine answers in milliseconds. */
const ANSWER_LIMIT_MS = 4_000;
/** Workers beat many times a second. */
const OLD_BEAT_MS = 5_000;

/** Of the engine that holds the lock: does it answer, and does it work? Nothing where none runs. */
export async function engine(dataDir: string): Promise<Finding[]> {
  const { status: lock, holder } = await checkLock(dataDir, { clock: systemClock });
  if (lock !== 'running') return [];
  const who = holder === null ? 'the holder of the lock' : `the engine (${describeOwner(holder)})`;
  const sentMono = performance.now();
  try {
    const status = (await new ControlClient(dataDir).get(ENDPOINTS.status, ANSWER_LIMIT_MS)) as StatusJson;
    const tookMs = Math.round(performance.now() - sentMono);
    return [
      ok(CHECK, `pid ${status.pid} answers in ${tookMs} ms; trading is ${status.trading ? 'on' : 'off'}`),
      ...socket(dataDir),
      ...token(dataDir, status.pid),
      ...workers(status),
      ...feed(status),
      ...attention(status),
    ];
  } catch (error) {
    const gone = token(dataDir, holder?.pid ?? null);
    if (gone.length > 0) return gone;
    if (isMtradeError(error, 'MTRADE_PERMISSION'))
      return [problem(CHECK, errorText(error), 'run doctor as the user of the engine')];
    return [
      problem(
        CHECK,
        `${who} runs, but does not answer: ${errorText(error)}`,
        'look again in a few seconds, it may be starting or ending; then read its log, and end it with mtrade lock --kill (--force when that is not enough)',
      ),
    ];
  }
}

function socket(dataDir: string): Finding[] {
  const path = join(dataDir, 'control.sock');
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket() === true) return [];
  return [
    warning(
      'control socket',
      `${path} is gone; the commands use the port in control.json instead`,
      'the engine makes it anew within seconds; find out who deletes files there',
    ),
  ];
}

/** Views go on with the token that may only look, so that nothing else would tell. */
function token(dataDir: string, pid: number | null): Finding[] {
  const path = join(dataDir, 'control.token');
  // An engine that is just starting has made neither yet.
  if (pid === null || !existsSync(join(dataDir, 'control.json')) || existsSync(path)) return [];
  return [problem('control token', `${path} is gone; the engine takes no command`, tokenRemedy(pid))];
}

function workers({ workers: all }: StatusJson): Finding[] {
  return Object.entries(all).flatMap(([name, { alive, restarts, heartbeat_age_ms: age }]) => {
    if (!alive || (age !== null && age > OLD_BEAT_MS)) {
      const beat = age === null ? 'never' : `${duration(age)} ago`;
      return [
        problem(
          'workers',
          `the ${name} ${alive ? 'hangs' : 'is down'}; it beat last ${beat}`,
          'the engine restarts it by itself; where that does not help, read the log and restart the engine',
        ),
      ];
    }
    if (restarts === 0) return [];
    return [warning('workers', `the ${name} was restarted ${counted(restarts, 'time')}`, 'look for the reason in the log')]; // prettier-ignore
  });
}

function feed({ feed: { connected, reason } }: StatusJson): Finding[] {
  if (connected) return [];
  const why = reason ?? 'not connected';
  return [
    problem(
      'prices',
      `no prices come: ${why}`,
      'check the network and exchange.ws_url; it reconnects by itself',
    ),
  ];
}

const MOST_NAMES = 8;

function attention({ pairs }: StatusJson): Finding[] {
  const held = pairs.filter((pair) => pair.attention !== null).map(({ symbol }) => symbol);
  if (held.length === 0) return [];
  const names = held.slice(0, MOST_NAMES).join(', ');
  const more = held.length > MOST_NAMES ? ` and ${held.length - MOST_NAMES} more` : '';
  return [
    warning(
      'pairs',
      `${counted(held.length, 'pair')} ${held.length === 1 ? 'wants' : 'want'} a human: ${names}${more}`,
      'mtrade status says why; then mtrade resume or mtrade reset',
    ),
  ];
}
