import { useEffect, useState } from 'preact/hooks';
import { get } from './api/call.js';
import { link } from './live.js';

export interface Fetched<T> {
  /** What the engine said last; kept while a newer answer is on its way. */
  readonly data: T | null;
  readonly error: string | null;
}

/** Asks for a path, again every `everyMs` if given, whenever `turn` changes, and when the engine is back. */
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
