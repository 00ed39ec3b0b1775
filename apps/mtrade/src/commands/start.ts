import { errorText, ExitCode } from '@mtrade/base';
import type { ResolvedConfig, Secrets } from '@mtrade/config';
import type { Logger, LogLevel } from '@mtrade/log';
import type { RunningEngine } from '@mtrade/runtime';
import { type Command, Option } from 'commander';
import { loadAlertAccount } from '../alert-account.js';
import type { Cli } from '../cli.js';
import { compileSooner } from '../compile-sooner.js';
import { openToOthers } from '../open-to-others.js';
import { loadConfig } from '../load-config.js';
import { compileWasmOnce, keepHeapsSmall } from '../small-memory.js';
import { loadWebPage } from '../web-page.js';

interface StartOptions {
  readonly logLevel?: LogLevel;
  readonly logFile?: string;
  readonly screen: boolean;
}

async function loadAccount(
  cli: Cli,
  { config }: ResolvedConfig,
  warn: (text: string) => void,
): Promise<Secrets | null> {
  const [{ loadSecrets, nodeSecretFs }, { registerSecret }] = await Promise.all([
    import('@mtrade/config'),
    import('@mtrade/log'),
  ]);
  const { secrets, warnings } = loadSecrets({ mode: config.mode, env: cli.env, fs: nodeSecretFs });
  // First of all, before anything else can write a line that carries one of them.
  for (const secret of secrets === null ? [] : [secrets.apiKey, secrets.apiSecret]) registerSecret(secret);
  for (const warning of warnings) warn(warning);
  return secrets;
}

/** Signals this close together are one. */
const SIGNAL_ECHO_MS = 300;

/**
 * SIGTERM, SIGINT or a closed terminal stop the engine gracefully; the next one at once. A signal that comes while the
 * engine is still starting is kept until it can be stopped.
 */
function stopOnSignals(log: Logger): { readonly attach: (engine: RunningEngine) => void } {
  let engine: RunningEngine | null = null;
  let pending: string | null = null;
  let signalledMono = -Infinity;
  const onSignal = (signal: string): void => {
    // npm, a terminal and a service manager may each pass on one and the same Ctrl-C: that is one wish, not two.
    const isEcho = performance.now() - signalledMono < SIGNAL_ECHO_MS;
    signalledMono = performance.now();
    if (isEcho) return;
    if (engine !== null) engine.stop(signal);
    else if (pending === null) pending = signal;
    else process.exit(ExitCode.ok);
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => onSignal(signal));
  for (const event of ['uncaughtException', 'unhandledRejection'])
    process.on(event, (error: unknown) => {
      // Crash-only: the next start recovers from any point, a process that guesses on does not.
      log.error({ error, event }, 'an error that nobody expected ends the engine');
      process.exit(ExitCode.contradiction);
    });
  return {
    attach: (started) => {
      engine = started;
      if (pending !== null) started.stop(pending);
    },
  };
}

/** Threads that do not end by themselves after the engine said it is done get this long. */
const LINGER_MS = 2_000;

async function start(cli: Cli, command: Command, options: StartOptions): Promise<void> {
  compileWasmOnce();
  const resolved = await loadConfig(cli, command);
  const warnings = [...resolved.warnings];
  const secrets = await loadAccount(cli, resolved, (text) => warnings.push(text));
  const alertSecrets = await loadAlertAccount(cli, resolved.config, (text) => warnings.push(text));
  const [{ createLogger, keepLogSmall }, { logTarget }, { runSummary }, { startEngine, systemdFrom }] =
    await Promise.all([
      import('@mtrade/log'),
      import('../log-target.js'),
      import('../render/summary.js'),
      import('@mtrade/runtime/start'),
    ]);
  const screen = options.screen && cli.out.isTty;
  const { log: logConfig } = resolved.config;
  const level = options.logLevel ?? logConfig.level;
  const { target, place } = logTarget(resolved.config, {
    file: options.logFile ?? null,
    screen,
    env: cli.env,
  });
  const log = createLogger({ level, target, version: cli.version, role: 'cli' });
  let letGrow = (): void => undefined;
  // A start that is refused must not move the file of the engine that runs.
  const onLocked = (): void => {
    if (place.kind === 'file')
      letGrow = keepLogSmall(place.path, { maxBytes: logConfig.maxSize, keep: logConfig.keep }, log);
  };
  warnings.push(...openToOthers(resolved.config.dataDir));
  for (const warning of warnings) log.warn({}, warning);

  const signals = stopOnSignals(log);
  const summary = runSummary(cli, { screen, logTarget: target }, async () => {
    const { readStoredStatus } = await import('../stored-status.js');
    return readStoredStatus(resolved.config.dataDir, cli.version);
  });
  try {
    const engine = await startEngine(
      {
        document: resolved.document,
        secrets,
        alertSecrets,
        version: cli.version,
        argv: process.argv,
        runtimeDir: cli.env['MTRADE_RUNTIME_DIR'],
        log: { level, target },
        logPlace: place,
        source: resolved.source,
        page: loadWebPage(),
      },
      { onEvent: summary.onEvent, onLocked, service: systemdFrom(cli.env, log) },
    );
    signals.attach(engine);
    keepHeapsSmall();
    compileSooner();
    summary.onStarted(engine);
    process.exitCode = await engine.done;
  } catch (error) {
    // stderr gets the plain words anyway; a log file must have them, too.
    if (typeof target === 'string') log.error({ error: errorText(error) }, 'the engine ended with an error');
    throw error;
  } finally {
    await summary.close();
    letGrow();
    setTimeout(() => process.exit(), LINGER_MS).unref();
  }
}

export function addStartCommand(program: Command, cli: Cli): void {
  program
    .command('start')
    .description('run the engine in the foreground until SIGTERM or Ctrl-C')
    .addOption(
      new Option('--log-level <level>', 'least level that is logged (default: log.level)').choices([
        'debug',
        'info',
        'warn',
        'error',
        'silent',
      ]),
    )
    .option(
      '--log-file <file>',
      'append the log to a file instead of writing it to stderr (default: log.file)',
    )
    .option('--no-screen', 'plain lines instead of the live summary')
    .action((options: StartOptions, command: Command) => start(cli, command, options));
}
