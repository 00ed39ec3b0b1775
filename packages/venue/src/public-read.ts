import { MalformedAnswer, parseJson } from './answer.js';
import { apiBase } from './gate-signer.js';
import { createHttpClient, type HttpClient } from './http-client.js';
import { errorLabel } from './place-outcome.js';
import { VenueError } from './venue-error.js';

const LONGEST_LIST_BYTES = 16 * 1024 * 1024;

/**
 * What the exchange tells everybody: no key and no signature, so no ccxt either. `what` names it in errors; `query` is
 * left out there. Rejects with a VenueError when there is no complete answer.
 */
export async function readPublicly<T>(
  http: HttpClient,
  { what, url, query = '' }: { readonly what: string; readonly url: string; readonly query?: string },
  readAnswer: (json: unknown) => T,
): Promise<T> {
  const reply = await http.send({
    method: 'GET',
    url: `${url}${query}`,
    headers: { accept: 'application/json' },
    body: null,
  });
  const failed = (why: string): VenueError =>
    new VenueError(`${what}: ${why}`, { url, phase: 'answer', status: reply.status });
  if (reply.status !== 200) throw failed(`HTTP ${reply.status} ${errorLabel(reply.text).label}`.trimEnd());
  try {
    return readAnswer(parseJson(reply.text));
  } catch (error) {
    if (error instanceof MalformedAnswer) throw failed(error.message);
    throw error;
  }
}

/** One such question about everything of a kind, over a connection of its own. Rejects like `readPublicly`. */
export async function readListPublicly<T>(
  { restUrl, requestDeadlineMs }: { readonly restUrl: string; readonly requestDeadlineMs: number },
  { what, path }: { readonly what: string; readonly path: string },
  readAnswer: (json: unknown) => T,
): Promise<T> {
  const baseUrl = apiBase(restUrl);
  const http = createHttpClient({
    baseUrl,
    requestDeadlineMs,
    connections: 1,
    maxReplyBytes: LONGEST_LIST_BYTES,
  });
  try {
    return await readPublicly(http, { what, url: `${baseUrl}${path}` }, readAnswer);
  } finally {
    await http.close();
  }
}
