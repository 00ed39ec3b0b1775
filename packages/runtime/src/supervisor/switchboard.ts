import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { WorkerControl } from '../messages.js';

export type Party = 'cycler' | 'lane' | 'reactor';

/**
 * Knows the control port of each living worker and gives two of them a direct line. When one is born again, its lines
 * are laid anew; the other side drops its old end.
 */
export class Switchboard {
  readonly #controls = new Map<Party, MessagePort>();

  /** A worker is born: connects it with the partners that are there. */
  join(party: Party, control: MessagePort): void {
    this.#controls.set(party, control);
    if (party === 'cycler') {
      this.#connect('lane');
      this.#connect('reactor');
    } else this.#connect(party);
  }

  leave(party: Party): void {
    this.#controls.delete(party);
  }

  control(party: Party): MessagePort | undefined {
    return this.#controls.get(party);
  }

  tell(party: Party, message: WorkerControl): void {
    this.#controls.get(party)?.postMessage(message);
  }

  #connect(source: 'lane' | 'reactor'): void {
    const cycler = this.#controls.get('cycler');
    const other = this.#controls.get(source);
    if (!cycler || !other) return;
    const { port1, port2 } = new MessageChannel();
    const toCycler: WorkerControl = { type: 'attach', role: source, port: port1 };
    const toOther: WorkerControl = { type: 'attach', role: 'cycler', port: port2 };
    cycler.postMessage(toCycler, [port1]);
    other.postMessage(toOther, [port2]);
  }
}
