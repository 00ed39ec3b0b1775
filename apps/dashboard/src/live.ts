import { computed, effect, signal } from '@preact/signals';
import type { StatusJson } from '@mtrade/runtime';
import { CallError, get, openStream } from './api/call.js';
import { EventParser } from './api/sse.js';
import { token } from './session.js';

/** What the engine says about itself, kept fresh by one event stream that comes back by itself. */

export type Link = 'connecting' | 'live' | 'lost';
export interface Session {
  readonly scope: 'control' | 'read';
  readonly version: string;
  readonly mode: string;
  readonly pid: number;
}

/** States come once a second; after this long what is shown is called old. */
const OLD_MS = 4_000;
/** The engine sends at least a heartbeat in this time; a line that says nothing is a dead one. */
const SILENT_MS = 20_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 5_000;

export const session = signal<Session | null>(null);
export const status = signal<StatusJson | null>(null);
export const link = signal<Link>('connecting');
/** Why the line is lost. */
export const linkError = signal<string | null>(null);
/** Grows with each event of the journal: pages that show history look again. */
export const journalTurn = signal(0);

/** Another value when a cycle has begun or ended: what was earned is asked for again then, and not with every event. */
export const earnedTurn = computed(() =>
  JSON.stringify([
    status.value?.profit,
    status.value?.pairs.filter(({ cycle_start_state: state }) => state === 2).length,
  ]),
);

const receivedMono = signal(0);
const nowMono = signal(performance.now());
setInterval(() => (nowMono.value = performance.now()), 500);

export const dataAgeMs = computed(() =>
  status.value === null ? null : Math.max(0, nowMono.value - receivedMono.value),
);
export const isOld = computed(
  () => (dataAgeMs.value ?? 0) > OLD_MS || (status.value !== null && link.value === 'lost'),
);
export const mayCommand = computed(() => session.value?.scope === 'control');
/** Known as soon as the token is accepted, and kept while the line is down. */
export const mode = computed(() => status.value?.mode ?? session.value?.mode ?? null);

let lastEventId: string | null = null;

function take(name: string, data: string, id: string | null): void {
  if (id !== null) lastEventId = id;
  if (name !== 'status') {
    journalTurn.value += 1;
    return;
  }
  status.value = JSON.parse(data) as StatusJson;
  receivedMono.value = nowMono.value = performance.now();
  link.value = 'live';
  linkError.value = null;
}

async function listen(abort: AbortController): Promise<void> {
  session.value = await get<Session>('/v1/session', abort.signal);
  const headers: Record<string, string> = lastEventId === null ? {} : { 'Last-Event-ID': lastEventId };
  const response = await openStream('/v1/events?status=1', headers, abort.signal);
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const parser = new EventParser(({ id, name, data }) => take(name, data, id));
  const decoder = new TextDecoder();
  let silence: ReturnType<typeof setTimeout> | undefined;
  try {
    for (;;) {
      clearTimeout(silence);
      silence = setTimeout(() => abort.abort(), SILENT_MS);
      const { done, value } = await reader.read();
      if (done) return;
      parser.push(decoder.decode(value, { stream: true }));
    }
  } finally {
    clearTimeout(silence);
  }
}

/** Listens until `ended` is aborted, whatever happens to the engine in between. */
async function stayConnected(ended: AbortSignal): Promise<void> {
  let waitMs = FIRST_WAIT_MS;
  while (!ended.aborted) {
    const abort = new AbortController();
    const end = (): void => abort.abort();
    ended.addEventListener('abort', end);
    const startedMono = performance.now();
    try {
      await listen(abort);
      linkError.value = 'the engine has closed the connection';
    } catch (error) {
      linkError.value = error instanceof CallError ? error.message : 'the connection is interrupted';
    } finally {
      ended.removeEventListener('abort', end);
      abort.abort();
    }
    if (ended.aborted) return;
    link.value = 'lost';
    // A line that has held for a while starts the waiting anew.
    if (performance.now() - startedMono > 2 * LONGEST_WAIT_MS) waitMs = FIRST_WAIT_MS;
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
  }
}

/** Follows the token: a new one connects anew, none disconnects. */
export function startLive(): void {
  effect(() => {
    if (token.value === null) return;
    const ended = new AbortController();
    link.value = 'connecting';
    status.value = null;
    session.value = null;
    void stayConnected(ended.signal);
    return () => ended.abort();
  });
}
