import type { Clock } from '@mtrade/base';
import type { OperatorCommand } from '@mtrade/engine';
import type { Logger } from '@mtrade/log';
import type { HistoryAnswers, HistoryQuestion } from '../history/questions.js';
import type { Candle, CandleRange } from '@mtrade/venue/candles';
import type { LadderPreview, LadderQuestion } from '../views/ladder-preview.js';
import type { PairTerms } from '../views/pair-terms.js';
import type { ControlLimits } from './limits.js';
import type { StatusJson } from './status-json.js';
import type { WebPage } from './web-page.js';

/** One line of the journal as the event stream shows it. */
export interface EngineEvent {
  /** Grows with each event and over restarts: clients resume after the last one they saw. */
  readonly id: number;
  readonly epochMs: number;
  readonly event: string;
  readonly symbol: string | null;
  readonly details: Readonly<Record<string, unknown>>;
}

export interface ControlOptions {
  /** Absolute. The socket, the token and the address file live here. */
  readonly dataDir: string;
  /** Loopback only; null serves the Unix socket alone. Port 0 takes any free port. */
  readonly listen: { readonly host: string; readonly port: number } | null;
  readonly version: string;
  readonly mode: string;
  readonly limits?: Partial<ControlLimits>;
  /** The built web page; without it `/` says how to build it. */
  readonly page?: WebPage | undefined;
}

/** What the control server asks of the supervisor. None of it may block the thread. */
export interface ControlDeps {
  readonly status: () => Promise<StatusJson>;
  /** The text that Prometheus reads; asks no other thread. */
  readonly metrics: () => string;
  /** Reads the books, apart from the engine. Rejects with MtradeError. */
  readonly history: <Q extends HistoryQuestion>(
    question: Q,
    gone?: AbortSignal,
  ) => Promise<HistoryAnswers[Q['about']]>;
  /** The exchange's price history, oldest first. Rejects with MtradeError. */
  readonly candles: (range: CandleRange) => Promise<readonly Candle[]>;
  /** What is known of a pair's fee and steps. */
  readonly terms: (symbol: string) => PairTerms;
  /** The ladder that a pair would have. Throws MTRADE_CONFIG with what is wrong with the parameters. */
  readonly ladder: (question: LadderQuestion) => LadderPreview;
  /** What the engine runs with, without any secret, and where it came from. */
  readonly config: () => {
    readonly source: { file: string | null; overrides: Record<string, string> };
    readonly config: Record<string, unknown>;
    readonly toml: string;
  };
  /** The holder of the lock: this process. */
  readonly lock: () => { pid: number; started_at: string; data_dir: string; version: string };
  /** Resolves after the commit; rejects with MtradeError. */
  readonly command: (command: OperatorCommand) => Promise<unknown>;
  /** Starts a graceful stop. Called after the caller has its answer. */
  readonly shutdown: () => void;
  /** True when the engine could trade now. */
  readonly ready: () => boolean;
  /** Calls back with each event from now on; the answer ends it. */
  readonly subscribe: (listener: (event: EngineEvent) => void) => () => void;
  /** The configured pair that a text means (`ETH_USDT`, `ethusdt`, ...); null when none. */
  readonly normalizeSymbol: (text: string) => string | null;
  /** The configured pairs, to name them when a symbol is unknown. */
  readonly symbols: () => readonly string[];
  readonly log: Logger;
  readonly clock: Clock;
}

export interface ControlServer {
  /** `http://127.0.0.1:5000`, with the real port; null without TCP. */
  readonly url: string | null;
  readonly socketPath: string;
  /** Ends streams, lets answers finish, removes the socket and the address file. May be called twice. */
  close(): Promise<void>;
}
