import type { Clock, ExitCode } from '@mtrade/base';
import type { AlertSecrets, ConfigDocument, ConfigSource, MtradeConfig, Secrets } from '@mtrade/config';
import type { EngineEvent, StatusJson, WebPage } from './control/index.js';
import type { LogPlace } from './log-place.js';
import type { LogPlan } from './logging.js';
import type { ServiceManager } from './service/service-manager.js';

export interface StartOptions {
  readonly document: ConfigDocument;
  /** Null in paper mode: the embedded exchange gets a key of its own at each start. */
  readonly secrets: Secrets | null;
  /** For the alert channels that are configured; without them nobody is told. */
  readonly alertSecrets?: AlertSecrets | undefined;
  readonly version: string;
  readonly argv: readonly string[];
  /** Where account locks lie; the default is one place per user. */
  readonly runtimeDir?: string | undefined;
  readonly log: Omit<LogPlan, 'version'>;
  /** Noted in the data directory, where `mtrade logs` looks it up. */
  readonly logPlace?: LogPlace | undefined;
  /** Where the document came from; the built-in defaults when missing. */
  readonly source?: ConfigSource | undefined;
  /** The built web page that the control server offers; without it the API stands alone. */
  readonly page?: WebPage | undefined;
}

export interface StartDeps {
  readonly clock?: Clock;
  readonly onEvent?: (event: EngineEvent) => void;
  /** Called once, as soon as data directory and account are this engine's alone. */
  readonly onLocked?: () => void;
  /** Who runs the engine as a service, when somebody does. */
  readonly service?: ServiceManager | null | undefined;
}

export interface RunningEngine {
  readonly config: MtradeConfig;
  /** Address of the HTTP API. */
  readonly url: string | null;
  /** The engine before this one, in words, when it ended without stopping: killed, crashed, or out of power. */
  readonly tookOverFrom: string | null;
  readonly status: () => Promise<StatusJson>;
  /** Graceful: no new orders, what is in flight is followed for a while. A second call hurries. */
  readonly stop: (reason: string) => void;
  /** Settles when everything is closed; rejects with the error that ended the engine. */
  readonly done: Promise<ExitCode>;
}
