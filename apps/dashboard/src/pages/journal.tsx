import { signal } from '@preact/signals';
import type { HistoryAnswers } from '@mtrade/runtime';
import { useEffect, useState } from 'preact/hooks';
import { get } from '../api/call.js';
import { clock, plain } from '../format.js';
import { journalTurn, status } from '../live.js';
import { Empty, Section } from '../parts/bits.js';
import { pairHref, pathName } from '../route.js';
import { useFetch } from '../use-fetch.js';

type Answer = HistoryAnswers['journal'];
type Entry = Answer['entries'][number];

const PAGE = 60;
const pair = signal('');
const event = signal('');

/** For whoever searches for an order; everybody else reads past them. */
const IDS: ReadonlySet<string> = new Set(['clientOrderId', 'exchangeOrderId']);
/** The ladder's rows are called so wherever a person reads. */
const words = (name: string): string =>
  name === 'step' ? 'row' : name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
/** Digits after the eighth decimal say nothing to a reader. */
const shorter = (value: string): string => value.replace(/^(-?\d+\.\d{8})\d+$/, '$1');

/** Names and values as the engine wrote them; text of the exchange stays text. */
const factsOf = (details: Entry['details']): string =>
  Object.entries(details)
    .filter(([, value]) => value !== null && value !== '')
    .sort(([a], [b]) => Number(IDS.has(a)) - Number(IDS.has(b)))
    .map(
      ([name, value]) =>
        `${words(name)} ${shorter(typeof value === 'string' ? value : JSON.stringify(value))}`,
    )
    .join(' · ');

const toneOf = (name: string): string =>
  /attention|unknown|error|failed|refused|rejected|lost|dead/.test(name)
    ? 'bad'
    : /closed|filled|sold/.test(name)
      ? 'good'
      : '';

export const EntryLine = ({
  entry,
  hidePair = false,
}: {
  readonly entry: Entry;
  readonly hidePair?: boolean;
}) => (
  <li class="entry">
    <time dateTime={new Date(entry.ms).toISOString()} title={new Date(entry.ms).toISOString()}>
      {clock(entry.ms)}
    </time>
    <span class={`entry-name ${toneOf(entry.event)}`}>{plain(entry.event)}</span>
    {!hidePair && (
      <span class="entry-pair">
        {entry.symbol === null ? '' : <a href={pairHref(entry.symbol)}>{plain(entry.symbol)}</a>}
      </span>
    )}
    <span class="entry-facts">{plain(factsOf(entry.details))}</span>
  </li>
);

function useOlder(query: string, firstNext: string | null) {
  const [older, setOlder] = useState<{
    readonly entries: readonly Entry[];
    readonly next: string | null;
  } | null>(null);
  useEffect(() => setOlder(null), [query]);
  const next = older === null ? firstNext : older.next;
  const more = async (): Promise<void> => {
    const answer = await get<Answer>(`/v1/journal?${query}&before=${encodeURIComponent(next ?? '')}`);
    setOlder((before) => ({ entries: [...(before?.entries ?? []), ...answer.entries], next: answer.next }));
  };
  return { entries: older?.entries ?? [], next, more };
}

/** Newest first; what is new since the older pages were fetched may stand in both, so the id decides. */
function merged(first: readonly Entry[], older: readonly Entry[]): readonly Entry[] {
  const seen = new Set(first.map(({ id }) => id));
  return [...first, ...older.filter(({ id }) => !seen.has(id))];
}

/** Every decision that was written down, live. */
export function JournalPage() {
  const query = new URLSearchParams({
    limit: String(PAGE),
    ...(pair.value !== '' && { pair: pathName(pair.value) }),
    ...(event.value.trim() !== '' && { event: event.value.trim() }),
  }).toString();
  const { data, error } = useFetch<Answer>(`/v1/journal?${query}`, 5_000, journalTurn.value);
  const { entries, next, more } = useOlder(query, data?.next ?? null);
  const lines = merged(data?.entries ?? [], entries);
  const names = [...new Set(lines.map((line) => line.event))].sort();
  return (
    <Section
      title="Journal"
      aside={
        <div class="controls tight">
          <select
            aria-label="Pair"
            value={pair.value}
            onChange={(change) => (pair.value = change.currentTarget.value)}
          >
            <option value="">All pairs</option>
            {(status.value?.pairs ?? []).map(({ symbol }) => (
              <option key={symbol} value={symbol}>
                {symbol}
              </option>
            ))}
          </select>
          <input
            aria-label="Event"
            placeholder="All events"
            list="event-names"
            value={event.value}
            onChange={(change) => (event.value = change.currentTarget.value)}
          />
          <datalist id="event-names">
            {names.map((name) => (
              <option key={name} value={name} />
            ))}
          </datalist>
        </div>
      }
    >
      {lines.length === 0 ? (
        <Empty error={error}>
          {data === null ? 'Reading the journal …' : 'Nothing like that was written down.'}
        </Empty>
      ) : (
        <ol class="entries" data-testid="journal">
          {lines.map((entry) => (
            <EntryLine key={entry.id} entry={entry} />
          ))}
        </ol>
      )}
      {next !== null && (
        <button type="button" onClick={() => void more()}>
          Older
        </button>
      )}
    </Section>
  );
}
