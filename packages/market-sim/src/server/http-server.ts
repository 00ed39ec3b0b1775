import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@mtrade/log';
import type { FaultPort } from '../faults/fault-port.js';
import type { RestFault } from '../faults/fault.js';
import { type AdminApi, ADMIN_PATH } from './admin.js';
import { damage, isEnding, processesFirst, rewritten, sendAnswer } from './http-damage.js';
import type { RequestLog } from './request-log.js';
import type { RawRequest, RestAnswer, RestApi } from './rest-api.js';

const MAX_BODY_BYTES = 1_024 * 1_024;
/** Longer than any client keeps an idle connection: the server must not be the one that closes between two orders. */
const KEEP_ALIVE_MS = 120_000;

export interface HttpServerDeps {
  readonly api: RestApi;
  readonly admin: AdminApi;
  readonly faults: FaultPort;
  readonly requests: RequestLog;
  readonly nowMs: () => number;
  readonly log: Logger;
  /** Ends every pause when the server closes. */
  readonly signal: AbortSignal;
}

/** REST over HTTP: reads a request, asks the fault port, lets the API answer, and sends or damages the answer. */
export function createHttpServer(deps: HttpServerDeps): Server {
  const server = createServer((request, response) => {
    serve(request, response, deps).catch((error: unknown) => {
      if (!deps.signal.aborted) deps.log.error({ err: error, url: request.url }, 'exchange answer failed');
      response.socket?.destroy();
    });
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.headersTimeout = 30_000;
  server.requestTimeout = 30_000;
  return server;
}

async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  deps: HttpServerDeps,
): Promise<void> {
  const body = await readBody(request);
  const url = request.url ?? '/';
  const mark = url.indexOf('?');
  const raw: RawRequest = {
    method: request.method ?? 'GET',
    path: mark === -1 ? url : url.slice(0, mark),
    query: mark === -1 ? '' : url.slice(mark + 1),
    header: (name) => {
      const value = request.headers[name];
      return Array.isArray(value) ? value[0] : value;
    },
    body: body ?? Buffer.alloc(0),
    address: request.socket.remoteAddress ?? '',
  };
  if (body === null) {
    const tooLarge = JSON.stringify({ label: 'INVALID_REQUEST_BODY', message: 'Request body too large' });
    sendAnswer(response, { status: 413, headers: { Connection: 'close' }, body: tooLarge }, {});
    return;
  }
  if (raw.path === ADMIN_PATH || raw.path.startsWith(`${ADMIN_PATH}/`)) {
    sendAnswer(response, deps.admin.answer(raw), {});
    return;
  }
  await serveApi(raw, response, deps);
}

async function serveApi(raw: RawRequest, response: ServerResponse, deps: HttpServerDeps): Promise<void> {
  const facts = orderFacts(raw);
  const faults = deps.faults.forRequest({ method: raw.method, path: raw.path, ...facts });
  const ending = faults.find(isEnding);
  const pause = async (kind: 'delay-before' | 'delay-after'): Promise<void> => {
    let ms = 0;
    for (const fault of faults) if (fault.kind === kind) ms += fault.ms;
    if (ms > 0) await sleep(ms, undefined, { signal: deps.signal });
  };

  await pause('delay-before');
  const inMicros = micros(deps.nowMs());
  const answer = ending === undefined || processesFirst(ending) ? process(raw, faults, deps.api) : undefined;
  deps.requests.add({
    ms: deps.nowMs(),
    method: raw.method,
    path: raw.path,
    query: raw.query,
    text: facts.text,
    status: answer?.status,
    faults: faults.map((fault) => fault.kind),
  });
  await pause('delay-after');
  const clock = { 'X-In-Time': inMicros, 'X-Out-Time': micros(deps.nowMs()) };
  if (ending !== undefined) damage(response, ending, answer, clock);
  else if (answer !== undefined) sendAnswer(response, answer, clock);
}

function process(raw: RawRequest, faults: readonly RestFault[], api: RestApi): RestAnswer {
  let hideNewerThanMs = 0;
  for (const fault of faults)
    if (fault.kind === 'hide-recent') hideNewerThanMs = Math.max(hideNewerThanMs, fault.ms);
  if (faults.some((fault) => fault.kind === 'duplicate')) api.answer(raw, hideNewerThanMs);
  let answer = api.answer(raw, hideNewerThanMs);
  for (const fault of faults)
    if (fault.kind === 'rewrite') answer = { ...answer, body: rewritten(answer.body, fault.set) };
  return answer;
}

const micros = (ms: number): string => String(Math.round(ms * 1_000));

/** What fault rules and the log ask of a request, wherever it stands: body or query. Never throws. */
function orderFacts(raw: RawRequest): {
  readonly symbol: string | undefined;
  readonly side: string | undefined;
  readonly text: string | undefined;
} {
  let body: Record<string, unknown> = {};
  if (raw.body.length > 0) {
    try {
      const parsed: unknown = JSON.parse(raw.body.toString('utf8'));
      if (typeof parsed === 'object' && parsed !== null) body = parsed as Record<string, unknown>;
    } catch {
      // The API refuses it; for the fault port it is a request without facts.
    }
  }
  const query = raw.query === '' ? undefined : new URLSearchParams(raw.query);
  // A price-triggered order has its side one level down, and calls its pair the market.
  const put = body['put'] as Record<string, unknown> | null | undefined;
  const fact = (name: string): string | undefined => {
    const value = body[name] ?? put?.[name] ?? query?.get(name);
    return typeof value === 'string' ? value : undefined;
  };
  return { symbol: fact('currency_pair') ?? fact('market'), side: fact('side'), text: fact('text') };
}
