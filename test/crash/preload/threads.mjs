// Points between the threads: what is handed from the cycler to the order lane and back.
import { MessagePort } from 'node:worker_threads';
import { pass, purposeOf } from './point.mjs';

const nameOf = (message) => {
  switch (message?.type) {
    case 'place':
      return `hand-over.${purposeOf(message.order.clientOrderId)}`;
    case 'place-stop':
      return 'hand-over.stop';
    case 'stop-placed':
      return `stop-placed.${message.outcome.type}`;
    case 'cancel-stop':
      return 'cancel-stop';
    case 'stop-seen':
      return 'stop-seen';
    case 'placed':
      return `outcome.${message.outcome.type}`;
    case 'settled':
      return 'settled';
    case 'scan':
      return 'scan-asked';
    case 'scanned':
      return 'scanned';
    case 'evidence':
      return 'evidence';
    case 'ready':
      return 'worker-ready';
    case 'attach':
      return 'line';
    default:
      return null;
  }
};

export function watchThreads() {
  const real = Reflect.get(MessagePort.prototype, 'postMessage');
  MessagePort.prototype.postMessage = function postWatched(message, ...rest) {
    const name = nameOf(message);
    if (name !== null) pass(`${name}.before-post`);
    const result = real.call(this, message, ...rest);
    if (name !== null) pass(`${name}.posted`);
    return result;
  };
}
