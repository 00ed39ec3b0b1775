import { COUNTERS } from '@mtrade/board/counters';
import type { StatusJson } from '@mtrade/runtime';
import { count, duration, micros, plain } from '../format.js';
import { mayCommand, session, status } from '../live.js';
import { Empty, Section, Tile } from '../parts/bits.js';
import { Fit } from '../parts/fit.js';
import { ask } from '../parts/confirm.js';
import { useFetch } from '../use-fetch.js';

interface LockAnswer {
  readonly holder: {
    readonly pid: number;
    readonly started_at: string;
    readonly data_dir: string;
    readonly version: string;
  };
}
interface ConfigAnswer {
  readonly source: { readonly file: string | null; readonly overrides: Readonly<Record<string, string>> };
  readonly toml: string;
}

const ago = (iso: string | null | undefined): string =>
  iso === null || iso === undefined ? 'never' : `${duration(Math.max(0, Date.now() - Date.parse(iso)))} ago`;

function Actions() {
  const now = status.value;
  if (now === null || !mayCommand.value) return null;
  const { trading } = now;
  return (
    <div class="buttons start">
      <button
        type="button"
        class={trading ? '' : 'primary'}
        onClick={() =>
          ask({
            path: '/v1/trading',
            body: { on: !trading },
            title: trading ? 'Switch trading off?' : 'Switch trading on?',
            effect: trading
              ? 'No new order is sent for any pair. Orders that are on their way are followed to their end, positions stay as they are. The switch survives a restart.'
              : 'Every permitted pair trades again by its rules, at once.',
            button: trading ? 'Switch trading off' : 'Switch trading on',
            done: trading ? 'Trading is off.' : 'Trading is on.',
            tone: trading ? 'danger' : 'plain',
          })
        }
      >
        {trading ? 'Switch trading off' : 'Switch trading on'}
      </button>
      <button
        type="button"
        class="quiet-danger"
        onClick={() =>
          ask({
            path: '/v1/shutdown',
            title: 'Stop the engine?',
            effect:
              'No new order is sent, what is on its way is followed for half a minute, then the process ends. Positions stay and nothing watches them. This page cannot start it again: that takes `mtrade start`, or the service, on its machine.',
            button: 'Stop the engine',
            done: 'The engine is stopping.',
            tone: 'danger',
          })
        }
      >
        Stop the engine
      </button>
    </div>
  );
}

const accessNote = (access: NonNullable<StatusJson['access']>): string => {
  if (access.key_refused !== null) return `key refused: ${plain(access.key_refused)}`;
  if (access.paused_until === null) return 'to the exchange, at once';
  return `${plain(access.paused_reason ?? 'paused')} for ${duration(Math.max(0, Date.parse(access.paused_until) - Date.now()))}`;
};

function Tiles() {
  const now = status.value;
  if (now === null) return null;
  const { feed, workers } = now;
  const restarts = Object.values(workers).reduce((sum, one) => sum + one.restarts, 0);
  const dead = Object.entries(workers).filter(([, one]) => !one.alive);
  const prices = now.pairs.map(({ price_age_ms }) => price_age_ms ?? Infinity);
  const oldest = Math.max(0, ...prices);
  return (
    <dl class="tiles four">
      <Tile label="Trading" tone={now.trading ? 'good' : 'warn'}>
        {now.trading ? 'on' : 'off'}
      </Tile>
      <Tile label="Up" note={`pid ${now.pid ?? '–'}, mtrade ${plain(now.version)}`}>
        {now.started_at === null ? '–' : duration(Date.now() - Date.parse(now.started_at))}
      </Tile>
      <Tile
        label="Feed"
        tone={feed.connected ? 'good' : 'bad'}
        note={`${feed.reconnects} reconnects, ${feed.malformed_frames} bad frames`}
      >
        {feed.connected ? 'connected' : 'down'}
      </Tile>
      <Tile label="Oldest price" note={`of ${now.pairs.length} pairs`}>
        {Number.isFinite(oldest) ? duration(oldest) : 'none yet'}
      </Tile>
      <Tile label="Oldest decision" note="of a permitted pair">
        {duration(now.max_decision_age_ms)}
      </Tile>
      <Tile label="Urgent queue" note="pairs waiting to be looked at">
        {now.urgent_queue_depth}
      </Tile>
      <Tile label="Orders unknown" tone={now.unknown_intents > 0 ? 'bad' : ''} note="outcome not known yet">
        {now.unknown_intents}
      </Tile>
      {now.access !== undefined && (
        <Tile
          label="Requests left"
          tone={now.access.key_refused !== null || now.access.paused_until !== null ? 'bad' : ''}
          note={accessNote(now.access)}
        >
          {now.access.budget}
        </Tile>
      )}
      <Tile label="Workers" tone={dead.length > 0 ? 'bad' : 'good'} note={`${restarts} restarts`}>
        {dead.length === 0 ? 'all alive' : `${dead.map(([name]) => name).join(', ')} down`}
      </Tile>
    </dl>
  );
}

function Counters() {
  const now = status.value;
  if (now === null) return null;
  return (
    <Section title="Counters">
      <Fit>
        <table class="counters" data-testid="counters">
          <thead>
            <tr>
              <th scope="col">Counter</th>
              <th scope="col" class="num">
                Since the start
              </th>
              <th scope="col" class="num">
                Per second
              </th>
            </tr>
          </thead>
          <tbody>
            {COUNTERS.map(([name, sentence]) => (
              <tr key={name}>
                <th scope="row">
                  <code>{name}</code>
                  <small>{sentence}</small>
                </th>
                <td class="num">{count(now.stats[name])}</td>
                <td class="num">{count(now.stat_rates?.[name])}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Fit>
    </Section>
  );
}

function Latencies() {
  const now = status.value;
  if (now === null) return null;
  return (
    <Section title="Latency">
      <Fit>
        <table>
          <thead>
            <tr>
              <th scope="col">Stage</th>
              <th scope="col" class="num">
                half
              </th>
              <th scope="col" class="num">
                99 %
              </th>
              <th scope="col" class="num">
                longest
              </th>
              <th scope="col" class="num give-4">
                measured
              </th>
            </tr>
          </thead>
          <tbody>
            {Object.entries(now.latency_us).map(([stage, { p50, p99, max, count: measured }]) => (
              <tr key={stage}>
                <th scope="row">{stage.replaceAll('_', ' ')}</th>
                {[p50, p99, max].map((value, index) => (
                  <td key={index} class="num">
                    {measured === 0 ? '–' : micros(value)}
                  </td>
                ))}
                <td class="num give-4">{count(measured)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Fit>
    </Section>
  );
}

function Workers() {
  const now = status.value;
  if (now === null) return null;
  return (
    <Section title="Workers">
      <Fit>
        <table>
          <thead>
            <tr>
              <th scope="col">Worker</th>
              <th scope="col">State</th>
              <th scope="col" class="num">
                Last beat
              </th>
              <th scope="col" class="num">
                Restarts
              </th>
            </tr>
          </thead>
          <tbody>
            {Object.entries(now.workers).map(([name, { alive, restarts, heartbeat_age_ms }]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>
                  <span class={`badge ${alive ? 'good' : 'bad'}`}>{alive ? 'alive' : 'down'}</span>
                </td>
                <td class="num">{duration(heartbeat_age_ms)}</td>
                <td class="num">{restarts}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Fit>
    </Section>
  );
}

function Alerts() {
  const now = status.value;
  if (now?.alerts === undefined) return null;
  const { standing, channels } = now.alerts;
  return (
    <Section title="Alerts and backup">
      {standing.length === 0 ? (
        <p class="dim">No alert stands.</p>
      ) : (
        <ul class="plain-list">
          {standing.map(({ condition, symbol, since }) => (
            <li key={`${condition} ${symbol}`} class="bad">
              {plain(condition)} {symbol === null ? '' : plain(symbol)}{' '}
              <small>for {duration(Date.now() - Date.parse(since))}</small>
            </li>
          ))}
        </ul>
      )}
      <dl class="facts">
        {channels.map(({ channel, target, sent, failed, last_error }) => (
          <div key={`${channel} ${target}`}>
            <dt>
              {plain(channel)} <small>{plain(target)}</small>
            </dt>
            <dd>
              {sent} sent{failed > 0 ? `, ${failed} failed` : ''}
              {last_error !== null && <span class="bad"> {plain(last_error)}</span>}
            </dd>
          </div>
        ))}
        {channels.length === 0 && (
          <div>
            <dt>Alert channels</dt>
            <dd>none configured</dd>
          </div>
        )}
        {now.backup !== undefined && (
          <div>
            <dt>Last backup</dt>
            <dd>
              {ago(now.backup.last_at)}, {now.backup.kept} kept
              {now.backup.last_error !== null && <span class="bad"> {plain(now.backup.last_error)}</span>}
            </dd>
          </div>
        )}
      </dl>
    </Section>
  );
}

/** Fields that other parts of the engine add to its state are shown under their own names. */
function MoreFacts() {
  const now = status.value;
  if (now === null) return null;
  return (
    <details class="card">
      <summary>Counters for diagnosis</summary>
      <dl class="facts">
        {Object.entries(now.internal).map(([name, value]) => (
          <div key={name}>
            <dt>
              <code>{name}</code>
            </dt>
            <dd class="num">{count(value)}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

/** The account against the books, as the engine compares them. */
function Reconciliation() {
  const view = status.value?.reconciliation;
  if (view === undefined) return null;
  return (
    <Section title="Account against books">
      <dl class="facts">
        <div>
          <dt>Last compared</dt>
          <dd>{ago(view.last_at)}</dd>
        </div>
        <div>
          <dt>Result</dt>
          <dd class={view.result === 'incomplete' ? 'warn' : ''}>
            {view.result ?? 'not yet'}
            {view.reason !== null && `: ${plain(view.reason)}`}
          </dd>
        </div>
        {view.foreign_engines.map(({ install_id, last_seen, what }) => (
          <div key={install_id} class="bad">
            <dt>Another installation trades on this account</dt>
            <dd>
              {plain(install_id)}, seen {ago(last_seen)}: {plain(what)}
            </dd>
          </div>
        ))}
        {view.findings.map(({ symbol, kind, reference, seen }) => (
          <div key={`${symbol} ${reference}`} class="warn">
            <dt>
              {plain(symbol)} {plain(kind)}
            </dt>
            <dd>
              {plain(reference)}, seen {ago(seen)}
            </dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}

function Holder() {
  const { data, error } = useFetch<LockAnswer>('/v1/lock');
  return (
    <Section title="Lock">
      {data === null ? (
        <Empty error={error}>…</Empty>
      ) : (
        <dl class="facts">
          <div>
            <dt>Held by</dt>
            <dd>pid {data.holder.pid}</dd>
          </div>
          <div>
            <dt>Since</dt>
            <dd>{new Date(data.holder.started_at).toLocaleString()}</dd>
          </div>
          <div>
            <dt>Data directory</dt>
            <dd>
              <code>{plain(data.holder.data_dir)}</code>
            </dd>
          </div>
          <div>
            <dt>This page may</dt>
            <dd>{session.value?.scope === 'read' ? 'look' : 'look and command'}</dd>
          </div>
        </dl>
      )}
    </Section>
  );
}

function Configuration() {
  const { data } = useFetch<ConfigAnswer>('/v1/config');
  if (data === null) return null;
  return (
    <details class="card">
      <summary>
        Configuration in force <small>{plain(data.source.file ?? 'built-in defaults')}</small>
      </summary>
      <pre>{data.toml.split('\n').map(plain).join('\n')}</pre>
    </details>
  );
}

/** How the engine itself is. */
export function EnginePage() {
  if (status.value === null) return <Empty>Waiting for the first state of the engine …</Empty>;
  return (
    <div class="stack">
      <div class="page-head">
        <h1>Engine</h1>
        <Actions />
      </div>
      <Tiles />
      <div class="columns">
        <div class="stack">
          <Counters />
          <Latencies />
        </div>
        <div class="stack">
          <Workers />
          <Reconciliation />
          <Alerts />
          <Holder />
        </div>
      </div>
      <Configuration />
      <MoreFacts />
    </div>
  );
}
