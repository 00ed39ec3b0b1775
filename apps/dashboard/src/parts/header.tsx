import { dataAgeMs, isOld, link, linkError, mayCommand, mode, session, status } from '../live.js';
import { duration, plain } from '../format.js';
import { route, type PageName } from '../route.js';
import { Icon, type IconName } from './icon.js';

const MODE_WORDS: Readonly<Record<string, string>> = {
  live: 'LIVE: real money',
  testnet: 'TESTNET: no real money',
  paper: 'PAPER: no real money',
};

/** The band on every page. */
export function ModeBand() {
  const kind = mode.value;
  return (
    <div class="band" data-testid="mode" role="note">
      {kind === null ? 'mtrade' : (MODE_WORDS[kind] ?? kind.toUpperCase())}
    </div>
  );
}

const LINKS: readonly (readonly [PageName, string, string, IconName])[] = [
  ['overview', '#/', 'Pairs', 'pairs'],
  ['profit', '#/profit', 'Profit', 'profit'],
  ['journal', '#/journal', 'Journal', 'journal'],
  ['ladder', '#/ladder', 'Ladder', 'ladder'],
  ['engine', '#/engine', 'Engine', 'engine'],
];

function Navigation() {
  const { page } = route.value;
  return (
    <nav aria-label="Pages">
      {LINKS.map(([name, href, title, icon]) => (
        <a
          key={name}
          href={href}
          aria-current={page === name || (name === 'overview' && page === 'pair') ? 'page' : undefined}
        >
          <Icon name={icon} />
          <span>{title}</span>
        </a>
      ))}
    </nav>
  );
}

/** How old what the page shows is: the one thing that may never be wrong. */
function Freshness() {
  const age = dataAgeMs.value;
  if (age === null) return <span class="fresh waiting">connecting</span>;
  return (
    <span class={`fresh ${isOld.value ? 'stale' : 'live'}`} data-testid="freshness">
      <i aria-hidden="true" />
      {isOld.value ? `${duration(age)} old` : 'up to date'}
    </span>
  );
}

function LostBanner() {
  const age = dataAgeMs.value;
  if (!isOld.value && !(link.value === 'lost' && status.value === null)) return null;
  return (
    <div class="banner bad" role="alert" data-testid="lost">
      {age === null
        ? 'No connection to the engine.'
        : `What you see is ${duration(age)} old: no connection to the engine.`}{' '}
      Trying again by itself{linkError.value === null ? '.' : ` (${linkError.value}).`}
    </div>
  );
}

function EngineBanners() {
  const now = status.value;
  if (now === null || isOld.value) return null;
  return (
    <>
      {!now.trading && (
        <div class="banner warn" role="status">
          Trading is switched off: no new order is sent. <a href="#/engine">Engine</a>
        </div>
      )}
      {(now.reconciliation?.foreign_engines.length ?? 0) > 0 && (
        <div class="banner bad" role="status">
          Another installation of mtrade trades on this account: nothing is bought.{' '}
          <a href="#/engine">Engine</a>
        </div>
      )}
      {now.access !== undefined && now.access.key_refused !== null && (
        <div class="banner bad" role="status">
          The exchange refuses the key ({plain(now.access.key_refused)}): nothing is sent until trading is
          switched on again. <a href="#/engine">Engine</a>
        </div>
      )}
      {!now.feed.connected && (
        <div class="banner bad" role="status">
          No prices from the exchange{now.feed.reason === null ? '.' : `: ${plain(now.feed.reason)}.`} Nothing
          is traded without them.
        </div>
      )}
    </>
  );
}

export function Header() {
  return (
    <>
      <header>
        <ModeBand />
        <div class="bar">
          <a class="brand" href="#/">
            mtrade
          </a>
          <Navigation />
          <div class="bar-end">
            {session.value !== null && !mayCommand.value && <span class="chip">read only</span>}
            <Freshness />
          </div>
        </div>
      </header>
      <LostBanner />
      <EngineBanners />
    </>
  );
}
