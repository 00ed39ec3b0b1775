import type { LadderPreview } from '@mtrade/runtime';
import { useEffect, useState } from 'preact/hooks';
import { get } from '../api/call.js';
import { money, percent, plain, quoteOf } from '../format.js';
import { status } from '../live.js';
import { Empty, Section, Tile } from '../parts/bits.js';
import { LadderTable } from '../parts/ladder-table.js';
import { pathName } from '../route.js';

/** A pause in typing this long, and the engine is asked. */
const TYPING_MS = 250;

type Key = keyof LadderPreview['params'];
const FIELDS: readonly (readonly [Key, string, string])[] = [
  ['base_order', 'Start buy', 'quote'],
  ['safety_orders', 'Rows below it', ''],
  ['step_pct', 'Distance of rows', '%'],
  ['step_growth_pct', 'Growth of the distance', '%'],
  ['volume_mode', 'Sizes of rows', ''],
  ['volume_scale', 'Factor of sizes', ''],
  ['take_profit_pct', 'Take profit', '%'],
  ['take_profit_decay_pct', 'Less per row', '%'],
  ['stop_loss_pct', 'Stop below average cost', '%'],
  ['book_level_step', 'Order book level per row', ''],
  ['reserve', 'Reserve', 'quote'],
];
const MODES = ['fixed', 'geometric', 'martingale'] as const;

interface Preview {
  readonly answer: LadderPreview | null;
  /** One line for each thing that is wrong with the parameters. */
  readonly error: string | null;
}

/** The ladder for what stands in the form; every figure in it is the engine's. */
function usePreview(name: string, price: string, keys: Readonly<Record<string, string>>): Preview {
  const [preview, setPreview] = useState<Preview>({ answer: null, error: null });
  // An emptied field is one that is being typed into: it stands for what is in force.
  const given = Object.fromEntries(Object.entries(keys).filter(([, value]) => value !== ''));
  const query = new URLSearchParams({ pair: name, price, ...given }).toString();
  useEffect(() => {
    if (name === '' || price === '') return;
    const abort = new AbortController();
    const timer = setTimeout(() => {
      get<LadderPreview>(`/v1/ladder?${query}`, abort.signal)
        .then((answer) => setPreview({ answer, error: null }))
        .catch((error: unknown) => {
          if (abort.signal.aborted) return;
          setPreview((before) => ({
            ...before,
            error: error instanceof Error ? error.message : String(error),
          }));
        });
    }, TYPING_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [query, name, price]);
  return preview;
}

function Result({ answer, error }: Preview) {
  if (error !== null)
    return (
      <p class="refused" role="alert" data-testid="ladder-error">
        {plain(error.replaceAll('\n', ' · '))}
      </p>
    );
  if (answer === null) return <Empty>Give a pair and a price.</Empty>;
  const quote = quoteOf(answer.symbol);
  const last = answer.rows.at(-1);
  return (
    <>
      <dl class="tiles" data-testid="ladder-figures">
        <Tile label="Quote needed for all rows" title={answer.total_quote}>
          {money(answer.total_quote)} <small>{quote}</small>
        </Tile>
        <Tile label="Fall that it covers" note={`down to row ${last?.step ?? 0}`}>
          {percent(last?.drop_pct)}
        </Tile>
        <Tile
          label="Rows that earn nothing"
          tone={answer.loss_rows.length > 0 ? 'warn' : 'good'}
          note={
            answer.loss_rows.length > 0
              ? `they wait for break-even: their target does not cover ${percent(answer.fee_pct)} fee on both sides`
              : `each target covers ${percent(answer.fee_pct)} fee on both sides`
          }
        >
          {answer.loss_rows.length === 0 ? 'none' : answer.loss_rows.join(', ')}
        </Tile>
      </dl>
      {answer.warnings.map((warning) => (
        <p key={warning} class="note-line warn">
          {plain(warning)}
        </p>
      ))}
      <Section title={`Ladder at ${answer.price}`}>
        <LadderTable rows={answer.rows} />
      </Section>
    </>
  );
}

/** What a ladder would need and cover, while its parameters are edited. Nothing is changed by looking. */
export function LadderPage({ name }: { readonly name: string | null }) {
  const pairs = status.value?.pairs ?? [];
  const [chosen, setChosen] = useState(name ?? '');
  const [typedPrice, setPrice] = useState<string | null>(null);
  const [keys, setKeys] = useState<Readonly<Record<string, string>>>({});
  const current = pairs.find(({ symbol }) => pathName(symbol) === chosen) ?? pairs[0];
  const pair = current === undefined ? '' : pathName(current.symbol);
  // The price at the first look: a ladder that changes with every tick could not be read.
  const [firstPrice, setFirstPrice] = useState<Readonly<Record<string, string>>>({});
  const ownPrice = current?.ask ?? current?.last_price ?? null;
  useEffect(() => {
    if (ownPrice !== null && firstPrice[pair] === undefined)
      setFirstPrice((before) => ({ ...before, [pair]: ownPrice }));
  }, [pair, ownPrice, firstPrice]);
  const startPrice = typedPrice ?? firstPrice[pair] ?? '';
  const preview = usePreview(pair, startPrice, keys);
  const { answer } = preview;
  const change = (key: Key, value: string): void => {
    setKeys((before) => ({ ...before, [key]: value }));
  };
  if (status.value === null) return <Empty>Waiting for the first state of the engine …</Empty>;
  return (
    <div class="stack">
      <h1>Ladder</h1>
      <p class="dim">
        What a cycle would need and cover with other parameters. Looking changes nothing; what is in force
        stands in the configuration.
      </p>
      <form class="card fields" onSubmit={(event) => event.preventDefault()}>
        <label>
          Pair
          <select
            value={pair}
            onChange={(event) => {
              setChosen(event.currentTarget.value);
              setPrice(null);
              setKeys({});
            }}
          >
            {pairs.map(({ symbol }) => (
              <option key={symbol} value={pathName(symbol)}>
                {symbol}
              </option>
            ))}
          </select>
        </label>
        <label>
          Start price
          <input
            name="price"
            inputMode="decimal"
            value={startPrice}
            onInput={(event) => setPrice(event.currentTarget.value.trim())}
          />
        </label>
        {FIELDS.map(([key, title, unit]) => (
          <label key={key}>
            <span>
              {title} {unit !== '' && <small>{unit}</small>}
            </span>
            {key === 'volume_mode' ? (
              <select
                value={keys[key] ?? answer?.params[key] ?? ''}
                onChange={(event) => change(key, event.currentTarget.value)}
              >
                {MODES.map((mode) => (
                  <option key={mode}>{mode}</option>
                ))}
              </select>
            ) : (
              <input
                name={key}
                inputMode="decimal"
                class={keys[key] === undefined ? '' : 'changed'}
                value={keys[key] ?? String(answer?.params[key] ?? '')}
                onInput={(event) => change(key, event.currentTarget.value.trim())}
              />
            )}
          </label>
        ))}
        <button
          type="button"
          disabled={Object.keys(keys).length === 0 && typedPrice === null}
          onClick={() => {
            setKeys({});
            setPrice(null);
          }}
        >
          Back to what is in force
        </button>
      </form>
      <Result {...preview} />
    </div>
  );
}
