import { forgetToken, token } from '../session.js';

/** A refusal of the engine, or a call that never reached it (status 0). */
export class CallError extends Error {
  readonly status: number;
  /** When the engine says to ask again; null when it says no such thing. */
  readonly retryAfterMs: number | null;

  constructor(status: number, detail: string, retryAfterMs: number | null = null) {
    super(detail);
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

/** The engine says whole seconds; what else the header may hold by its standard is no reason to wait. */
function askAgainAfterMs(response: Response): number | null {
  const seconds = response.headers.get('Retry-After');
  return seconds !== null && /^\d{1,4}$/.test(seconds) ? Number(seconds) * 1_000 : null;
}

export async function refusalOf(response: Response): Promise<CallError> {
  let detail = `the engine answered ${response.status}`;
  try {
    const problem = (await response.json()) as { readonly detail?: unknown };
    if (typeof problem.detail === 'string') detail = problem.detail;
  } catch {
    // A refusal without a readable body still has its status.
  }
  // Never a second try with a wrong token: the engine counts them, and one that is wrong stays wrong.
  if (response.status === 401) forgetToken(detail);
  return new CallError(response.status, detail, askAgainAfterMs(response));
}

const authorization = (): Record<string, string> => ({ Authorization: `Bearer ${token.peek() ?? ''}` });

async function send(path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, {
      ...init,
      cache: 'no-store',
      credentials: 'omit',
      headers: { ...authorization(), ...(init.headers as Record<string, string> | undefined) },
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new CallError(0, 'the engine does not answer');
  }
  if (!response.ok) throw await refusalOf(response);
  return response;
}

export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await send(path, signal === undefined ? {} : { signal });
  return (await response.json()) as T;
}

/** A command; resolves after the engine's commit. */
export async function post(path: string, body: Readonly<Record<string, unknown>> = {}): Promise<void> {
  const headers = { 'Content-Type': 'application/json' };
  await send(path, { method: 'POST', headers, body: JSON.stringify(body) });
}

/** An endless answer. EventSource cannot send the token, so the stream is read by hand. */
export const openStream = (
  path: string,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<Response> => send(path, { headers: { ...headers, Accept: 'text/event-stream' }, signal });
