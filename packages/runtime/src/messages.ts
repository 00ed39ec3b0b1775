import type { BoardHandle } from '@mtrade/board';
import type { WireError } from '@mtrade/base';
import type { Secrets } from '@mtrade/config';
import type { ConfigWire } from '@mtrade/config/wire';
import type { FeedState, WireRules } from '@mtrade/engine';
import type { FileWitness } from '@mtrade/store';
import type { LogPlan } from './logging.js';
import type { MessagePort } from 'node:worker_threads';

/** Where the exchange is: the configured one, or the embedded one of paper mode. */
export interface Endpoints {
  readonly restUrl: string;
  readonly wsUrl: string;
}

/** What every worker gets at birth. */
export interface WorkerBoot {
  readonly config: ConfigWire;
  readonly board: BoardHandle;
  /** Which life of this worker it is, from 1: flags of earlier lives are swept. */
  readonly generation: number;
  readonly log: LogPlan;
}

/** The process's claim to be the only one: named in the books, and looked at before every order. */
export interface LockClaim {
  readonly process: { readonly pid: number; readonly bootId: string; readonly processStart: string };
  readonly witnesses: readonly FileWitness[];
}

export interface CyclerBoot extends WorkerBoot {
  readonly claim: LockClaim;
  readonly databasePath: string;
  /** Names the exchange account in the books; a database belongs to one. */
  readonly account: string;
  readonly control: MessagePort;
}

export interface ReactorBoot extends WorkerBoot {
  readonly secrets: Secrets | null;
  readonly control: MessagePort;
}

export interface LaneBoot extends WorkerBoot {
  readonly secrets: Secrets;
  readonly witnesses: LockClaim['witnesses'];
  readonly control: MessagePort;
}

export interface ExchangeBoot {
  readonly config: ConfigWire;
  readonly control: MessagePort;
  /** Where the embedded exchange keeps its accounts and prices. */
  readonly directory: string;
  readonly secrets: Secrets;
  readonly log: LogPlan;
}

/** What the comparison of restored books gets. */
export interface RestoredBoot {
  readonly config: ConfigWire;
  readonly log: LogPlan;
  readonly endpoints: Endpoints;
  readonly secrets: Secrets;
  readonly databasePath: string;
  readonly account: string;
  readonly claim: LockClaim;
  readonly control: MessagePort;
}

/** What a thread waits for once it has loaded: until then it opens nothing and asks nobody. */
export interface Beginning {
  readonly type: 'begin';
  readonly endpoints: Endpoints;
  /** Of all pairs, as the lane has read them; empty for the lane itself. */
  readonly rules: readonly WireRules[];
}

/** Sent by the supervisor on a worker's control port. */
export type WorkerControl =
  | Beginning
  /** The other end of this port is the cycler (for reactor, lane) or one of its sources (for the cycler). */
  | { readonly type: 'attach'; readonly role: 'lane' | 'reactor' | 'cycler'; readonly port: MessagePort }
  | { readonly type: 'clock-offset'; readonly offsetMs: number }
  | { readonly type: 'stop' };

/** Sent by a worker to the supervisor. */
export type WorkerReport =
  /** `thread`: where it matters on which processor it runs. */
  | { readonly type: 'ready'; readonly thread?: number | null }
  | { readonly type: 'failed'; readonly error: WireError }
  | { readonly type: 'rules'; readonly rules: readonly WireRules[] }
  | { readonly type: 'clock-offset'; readonly offsetMs: number }
  | { readonly type: 'feed'; readonly state: FeedState }
  /** Whether the last look at the account's balances was answered. */
  | { readonly type: 'account'; readonly isReadable: boolean }
  | { readonly type: 'endpoints'; readonly endpoints: Endpoints };
