import { useEffect } from 'preact/hooks';
import { isOld, mode, status } from './live.js';
import { EnginePage } from './pages/engine.js';
import { JournalPage } from './pages/journal.js';
import { LadderPage } from './pages/ladder.js';
import { OverviewPage } from './pages/overview.js';
import { PairPage } from './pages/pair.js';
import { ProfitPage } from './pages/profit.js';
import { TokenPage } from './pages/token.js';
import { ConfirmDialog } from './parts/confirm.js';
import { Header } from './parts/header.js';
import { Toasts } from './parts/toasts.js';
import { route } from './route.js';
import { token } from './session.js';

function CurrentPage() {
  const { page, pair } = route.value;
  switch (page) {
    case 'overview':
      return <OverviewPage />;
    case 'pair':
      return <PairPage key={pair} name={pair ?? ''} />;
    case 'profit':
      return <ProfitPage />;
    case 'journal':
      return <JournalPage />;
    case 'ladder':
      return <LadderPage key={pair} name={pair} />;
    case 'engine':
      return <EnginePage />;
  }
}

/** The frame around every page; its colour and its words say whether money is at stake (C10). */
export function App() {
  const kind = mode.value ?? 'unknown';
  useEffect(() => {
    document.documentElement.dataset['mode'] = kind;
    document.title = kind === 'unknown' ? 'mtrade' : `${kind.toUpperCase()} · mtrade`;
  }, [kind]);

  if (token.value === null) return <TokenPage />;
  return (
    <>
      <Header />
      <main class={isOld.value ? 'old' : ''} aria-busy={status.value === null}>
        <CurrentPage />
      </main>
      <ConfirmDialog />
      <Toasts />
    </>
  );
}
