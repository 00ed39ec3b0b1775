import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Violation } from '../replay/checker/facts.js';
import { CAMPAIGN_FAULTS, STOP_FAULTS } from './fault-plan.js';
import { CLI, type Harm, type Home, Life, type LifeOptions } from './life.js';
import type { Death } from './plan.js';
import { configText } from './setting.js';
import { type ExchangeProcess, startExchangeProcess } from './simulated-exchange.js';
import { type Verdict, verify } from './verify.js';

export interface RoundOptions {
  readonly seed: number;
  readonly symbols: readonly string[];
  readonly isCalm: boolean;
  readonly stops: boolean;
}

const STEP_MS = 60;
/** Generous: a busy machine needs long for a start, and only points that are not reached wait for it. */
const POINT_LIMIT_MS = 40_000;
const FIRST_GUESS_MS = 3_000;
const LONGEST_SHARE = 1.5;
/** The engine trades this long with a new thread, or after it was woken up. */
const AFTERLIFE_MS = 1_500;
const HEAL_LIMIT_MS = 90_000;
const HEAL_TRIES = 3;
const STOP_LIMIT_MS = 45_000;
const HELD = 75;
/** Long enough for a look at a stop that was near its price. */
const HELD_FOR_MS = 5_000;

/** An engine that dies before it has sent a sale for want of a stop tells of it like of any that failed. */
const isOwnDeath = (attention: string): boolean =>
  attention.startsWith('the position is to be sold for want of a stop');

function hasOnlyOwnDeaths(diagnosis: string): boolean {
  if (!diagnosis.startsWith('{')) return false;
  const { findings } = JSON.parse(diagnosis) as { findings: { severity: string; detail: string }[] };
  const critical = findings.filter(({ severity }) => severity === 'CRITICAL');
  return (
    critical.length > 0 &&
    critical.every(({ detail }) => isOwnDeath(detail.replace(/^needs attention: /, '')))
  );
}

const SKIPPED: Verdict = { violations: [], pending: [], orders: 0, trades: 0, cycles: 0 };

export interface Outcome {
  /** False when the point was not passed in time and the engine was killed all the same. */
  readonly isHit: boolean;
  readonly verdict: Verdict;
}

const broken = (rule: string, text: string): Violation => ({ rule, symbol: '', orders: [], text });

/** One exchange and one data directory, through many deaths. */
export class Round {
  readonly #options: RoundOptions;
  readonly #exchange: ExchangeProcess;
  readonly #home: Home;
  readonly #lives = new Set<Life>();
  /** How long a life lasts here until its point is passed: a running mean. */
  #typicalMs = FIRST_GUESS_MS;

  constructor(options: RoundOptions, exchange: ExchangeProcess) {
    const directory = mkdtempSync(join(tmpdir(), 'mtrade-crash-'));
    this.#options = options;
    this.#exchange = exchange;
    this.#home = { directory, apiKey: exchange.apiKey, apiSecret: exchange.apiSecret };
    const { restUrl, wsUrl } = exchange;
    const config = {
      restUrl,
      wsUrl,
      dataDir: join(directory, 'data'),
      symbols: options.symbols,
      stops: options.stops,
    };
    writeFileSync(join(directory, 'mtrade.toml'), configText(config));
  }

  static async begin(options: RoundOptions): Promise<Round> {
    const { seed, symbols, isCalm, stops } = options;
    const exchange = await startExchangeProcess({ seed, symbols, stepMs: STEP_MS });
    if (!isCalm) await exchange.setFaults([...CAMPAIGN_FAULTS, ...(stops ? STOP_FAULTS : [])]);
    return new Round(options, exchange);
  }

  get directory(): string {
    return this.#home.directory;
  }

  get exchange(): ExchangeProcess {
    return this.#exchange;
  }

  /** An engine of this round, whatever is to become of it. */
  start(harm: Harm | null = null, options: LifeOptions = {}): Life {
    const life = new Life(this.#home, harm, options);
    this.#lives.add(life);
    void life.ended.then(() => this.#lives.delete(life));
    return life;
  }

  /** One life that ends as planned, and the look at what it has left. */
  async die(death: Death): Promise<Outcome> {
    const extra: Violation[] = [];
    const isHit = await this.#liveAndDie(death, (violation) => void extra.push(violation));
    const verdict = await this.look(false);
    return { isHit, verdict: { ...verdict, violations: [...extra, ...verdict.violations] } };
  }

  async look(isFinal: boolean): Promise<Verdict> {
    const answers = await this.#exchange.records();
    if (!existsSync(join(this.#home.directory, 'data', 'mtrade.db'))) {
      const found = answers.orders.map(({ text }) =>
        broken('no-books', `${text} was sent without any books`),
      );
      return { ...SKIPPED, violations: found };
    }
    const { symbols, stops } = this.#options;
    return verify(this.#home.directory, answers, { symbols, stops, isFinal });
  }

  /**
   * The bad times end: an undisturbed engine has to find out about everything that is open, stop by itself, and leave
   * books that agree exactly.
   */
  async heal(): Promise<Verdict> {
    await this.#exchange.setFaults([]);
    let verdict: Verdict = SKIPPED;
    for (let attempt = 1; attempt <= HEAL_TRIES; attempt += 1) {
      const life = this.start();
      const healed = await life.until(
        (status) => status.unknown_intents === 0 && status.feed.connected,
        HEAL_LIMIT_MS,
      );
      if (healed === null) {
        const status = life.isRunning ? await life.status().catch(() => null) : null;
        await life.kill();
        const unknown = status?.unknown_intents ?? 'nobody knows how many';
        const text = `${unknown} orders are unknown after ${HEAL_LIMIT_MS} ms; the engine ended with ${await life.ended}`;
        return { ...SKIPPED, violations: [broken('not-healed', text)] };
      }
      const attention = healed.pairs.filter((pair) => pair.attention !== null && !isOwnDeath(pair.attention));
      if (attention.length > 0) {
        await life.kill();
        const text = attention.map((pair) => `${pair.symbol}: ${pair.attention}`).join('; ');
        return { ...SKIPPED, violations: [broken('attention', text)] };
      }
      // A stop may fire at any price that comes: none comes any more, and what has fired is booked.
      if (this.#options.stops) {
        await this.#exchange.hold();
        await sleep(HELD_FOR_MS);
      }
      life.child.kill('SIGTERM');
      const code = await Promise.race([life.ended, sleep(STOP_LIMIT_MS, 'late', { ref: false })]);
      if (code !== 0) {
        await life.kill();
        return { ...SKIPPED, violations: [broken('unclean-stop', `SIGTERM led to ${code}`)] };
      }
      // What the drain could not learn any more is the next start's work.
      verdict = await this.look(false);
      if (verdict.pending.length === 0) break;
    }
    verdict = await this.look(true);
    const diagnosis = await this.#diagnose();
    return { ...verdict, violations: [...verdict.violations, ...diagnosis] };
  }

  async endLives(): Promise<void> {
    await Promise.all([...this.#lives].map((life) => life.kill()));
  }

  close(isKept: boolean): void {
    for (const life of this.#lives) life.child.kill('SIGKILL');
    this.#exchange.close();
    if (!isKept) rmSync(this.#home.directory, { recursive: true, force: true });
  }

  async #liveAndDie(death: Death, report: (violation: Violation) => void): Promise<boolean> {
    switch (death.kind) {
      case 'random': {
        const life = this.start();
        await Promise.race([life.ended, sleep(death.share * LONGEST_SHARE * this.#typicalMs)]);
        this.#expectAlive(life, report);
        await life.kill();
        return true;
      }
      case 'two-starts':
        return this.#startTwice(report);
      case 'point': {
        const life = this.start({ point: death.point.name, nth: death.nth, act: 'kill' });
        const begunMs = performance.now();
        await life.harmed((death.point.limitMs ?? 0) + POINT_LIMIT_MS);
        if (life.isHarmed) this.#typicalMs += (performance.now() - begunMs - this.#typicalMs) / 8;
        else this.#expectAlive(life, report);
        await life.kill();
        return life.isHarmed;
      }
      case 'thread': {
        const life = this.start({ point: death.point.name, nth: death.nth, act: 'exit' });
        await life.harmed(POINT_LIMIT_MS);
        if (life.isHarmed) await Promise.race([life.ended, sleep(AFTERLIFE_MS)]);
        this.#expectAlive(life, report);
        await life.kill();
        return life.isHarmed;
      }
      case 'stop': {
        const life = this.start({ point: death.point.name, nth: death.nth, act: 'stop' });
        await life.harmed(POINT_LIMIT_MS);
        if (life.isHarmed) {
          await sleep(death.forMs);
          life.goOn();
          await Promise.race([life.ended, sleep(AFTERLIFE_MS)]);
        }
        this.#expectAlive(life, report);
        await life.kill();
        return life.isHarmed;
      }
    }
  }

  async #startTwice(report: (violation: Violation) => void): Promise<boolean> {
    const lives = [this.start(), this.start(null, { name: 'second' })];
    const first = await Promise.race([
      ...lives.map((life) => life.ended),
      sleep(POINT_LIMIT_MS, 'nobody', { ref: false }),
    ]);
    if (first !== HELD)
      report(broken('two-starts', `of two engines one has to end with ${HELD}; this was ${first}`));
    await sleep(AFTERLIFE_MS);
    if (lives.filter((life) => life.isRunning).length !== 1)
      report(broken('two-starts', 'of two engines exactly one has to run'));
    await Promise.all(lives.map((life) => life.kill()));
    return true;
  }

  #expectAlive(life: Life, report: (violation: Violation) => void): void {
    if (life.isRunning) return;
    const { exitCode, signalCode } = life.child;
    report(broken('ended-by-itself', `the engine ended with ${exitCode ?? signalCode}; see engine.out`));
  }

  /** `mtrade diagnose` has to find nothing critical in what is left. */
  #diagnose(): Promise<Violation[]> {
    const { directory, apiKey, apiSecret } = this.#home;
    const args = [CLI, 'diagnose', '--json', '--config', join(directory, 'mtrade.toml')];
    const env = {
      PATH: process.env['PATH'] ?? '',
      HOME: directory,
      MTRADE_API_KEY: apiKey,
      MTRADE_API_SECRET: apiSecret,
    };
    return new Promise((resolve) => {
      execFile(process.execPath, args, { env, cwd: directory, timeout: 60_000 }, (error, stdout) =>
        resolve(
          error === null || hasOnlyOwnDeaths(stdout)
            ? []
            : [broken('diagnose', `${error.message.slice(0, 200)} ${stdout.slice(0, 2_000)}`)],
        ),
      );
    });
  }
}
