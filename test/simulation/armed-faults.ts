import type { CrashPoint } from './crash-points.js';
import { CRASH_POINTS } from './crash-points.js';
import type { Fault, FaultKind } from './fault.js';

const ON_ORDERS = [
  'answer-lost',
  'request-lost',
  'request-delayed',
  'error-before',
  'error-after',
  'refused',
  'wrong-text',
  'processed-twice',
  'cut-off',
  'unseen',
  'queued',
  'slow-exchange',
] as const satisfies readonly FaultKind[];
export type OrderFault = Fault & { readonly kind: (typeof ON_ORDERS)[number] };

const ON_STOPS = ['stop-doubled', 'stop-queued'] as const satisfies readonly FaultKind[];
export type StopFault = Fault & { readonly kind: (typeof ON_STOPS)[number] };

const ON_PASSING = [
  'kill',
  'cycler-death',
  'lane-death',
  'freeze',
  'zombie',
] as const satisfies readonly FaultKind[];
export type PassingFault = Fault & { readonly kind: (typeof ON_PASSING)[number] };

const ON_OTHERS = [
  'read-lost',
  'read-error',
  'balances-stale',
  'disk-full',
  'disk-error',
] as const satisfies readonly FaultKind[];
type OtherFault = Fault & { readonly kind: (typeof ON_OTHERS)[number] };
/** Everything that needs no occasion. */
export type ImmediateFault = Fault & {
  readonly kind: Exclude<FaultKind, (OrderFault | StopFault | PassingFault | OtherFault)['kind']>;
};

const isOf =
  <K extends FaultKind>(kinds: readonly K[]) =>
  (fault: Fault): fault is Fault & { readonly kind: K } =>
    kinds.includes(fault.kind as K);
const isOrderFault = isOf(ON_ORDERS);
const isStopFault = isOf(ON_STOPS);
const isPassingFault = isOf(ON_PASSING);
const isOtherFault = isOf(ON_OTHERS);

export const isImmediate = (fault: Fault): fault is ImmediateFault =>
  !isOrderFault(fault) && !isStopFault(fault) && !isPassingFault(fault) && !isOtherFault(fault);

/** Faults whose moment has come and that wait for something to happen to. Each happens once. */
export class ArmedFaults {
  readonly #onOrders: OrderFault[] = [];
  readonly #onStops: StopFault[] = [];
  readonly #onPassing: PassingFault[] = [];
  readonly #injected = new Map<FaultKind, number>();
  #lostReads = 0;
  #failedReads = 0;
  #staleBalancesMs = 0;
  #refusedCommits = 0;
  #diskError = false;

  /** The fault waits here for its occasion. */
  arm(fault: Fault): void {
    if (isOrderFault(fault)) this.#onOrders.push(fault);
    else if (isStopFault(fault)) this.#onStops.push(fault);
    else if (isPassingFault(fault)) this.#onPassing.push(fault);
    else if (fault.kind === 'read-lost') this.#lostReads += fault.value;
    else if (fault.kind === 'read-error') this.#failedReads += fault.value;
    else if (fault.kind === 'balances-stale') this.#staleBalancesMs = fault.value;
    else if (fault.kind === 'disk-full') this.#refusedCommits += fault.value;
    else if (fault.kind === 'disk-error') this.#diskError = true;
  }

  /** How often each kind took effect. */
  get injected(): ReadonlyMap<FaultKind, number> {
    return this.#injected;
  }

  count(kind: FaultKind): void {
    this.#injected.set(kind, (this.#injected.get(kind) ?? 0) + 1);
  }

  disarm(): void {
    this.#onOrders.length = 0;
    this.#onStops.length = 0;
    this.#onPassing.length = 0;
    this.#lostReads = 0;
    this.#failedReads = 0;
    this.#staleBalancesMs = 0;
    this.#refusedCommits = 0;
    this.#diskError = false;
  }

  takeForOrder(): OrderFault | null {
    const fault = this.#onOrders.shift() ?? null;
    if (fault) this.count(fault.kind);
    return fault;
  }

  takeForStop(): StopFault | null {
    const fault = this.#onStops.shift() ?? null;
    if (fault) this.count(fault.kind);
    return fault;
  }

  /** What happens to whoever passes this point now. A stop happens at commits only. */
  takeAt(point: CrashPoint): PassingFault | null {
    if (this.#onPassing.length === 0) return null;
    const index = this.#onPassing.findIndex((fault) => pointOf(fault) === point);
    if (index < 0) return null;
    const [fault] = this.#onPassing.splice(index, 1);
    if (fault) this.count(fault.kind);
    return fault ?? null;
  }

  takeForRead(): 'lost' | 'error' | null {
    if (this.#lostReads > 0) {
      this.#lostReads -= 1;
      this.count('read-lost');
      return 'lost';
    }
    if (this.#failedReads > 0) {
      this.#failedReads -= 1;
      this.count('read-error');
      return 'error';
    }
    return null;
  }

  takeStaleBalances(): number {
    const ageMs = this.#staleBalancesMs;
    this.#staleBalancesMs = 0;
    if (ageMs > 0) this.count('balances-stale');
    return ageMs;
  }

  takeForCommit(): 'full' | 'error' | null {
    if (this.#diskError) {
      this.#diskError = false;
      this.count('disk-error');
      return 'error';
    }
    if (this.#refusedCommits === 0) return null;
    this.#refusedCommits -= 1;
    this.count('disk-full');
    return 'full';
  }
}

const pointOf = ({ kind, value }: PassingFault): CrashPoint =>
  kind === 'freeze' || kind === 'zombie'
    ? value % 2 === 0
      ? 'after-commit'
      : 'before-send'
    : (CRASH_POINTS[value % CRASH_POINTS.length] as CrashPoint);
