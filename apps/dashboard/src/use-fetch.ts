import { useEffect, useState } from 'preact/hooks';
import { CallError, get } from './api/call.js';
import { link } from './live.js';

/** Status of an answer that will come, but not now. Other refusals may say when to ask again, too, and are told. */
const BUSY = 503;

export interface Fetched<T> {
  /** What the engine said last; kept while a newer answer is on its way. */
  readonly data: T | null;
  readonly error: string | null;
}

/**
 * Asks for a path, again every `everyMs` if given, whenever `turn` changes, when the engine is back, and, without a word
 * to the reader, when the engine says that it is busy until then.
 */
export function useFetch<T>(
  path: string | null,
  everyMs: number | null = null,
  turn: unknown = 0,
): Fetched<T> {
  const [state, setState] = useState<Fetched<T> & { readonly path: string | null }>({
    path,
    data: null,
    error: null,
  });
  const isLive = link.value === 'live';

  useEffect(() => {
    if (path === null) return;
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async (): Promise<void> => {
      try {
        const data = await get<T>(path, abort.signal);
        setState({ path, data, error: null });
      } catch (error) {
        if (abort.signal.aborted) return;
        // A busy engine is no news for the reader: what he sees stays until it has time.
        if (error instanceof CallError && error.status === BUSY && error.retryAfterMs !== null) {
          timer = setTimeout(() => void ask(), error.retryAfterMs);
          return;
        }
        const text = error instanceof Error ? error.message : String(error);
        setState((before) => ({ path, data: before.path === path ? before.data : null, error: text }));
      }
      if (everyMs !== null && !abort.signal.aborted) timer = setTimeout(() => void ask(), everyMs);
    };
    void ask();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [path, everyMs, turn, isLive]);

  return state.path === path ? state : { data: null, error: null };
}
