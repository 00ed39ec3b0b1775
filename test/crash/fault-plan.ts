import type { FaultRule } from '@mtrade/market-sim';

const ORDERS = { transport: 'rest', method: 'POST', path: '/api/v4/spot/orders' } as const;
const STOPS = { transport: 'rest', method: 'POST', path: '/api/v4/spot/price_orders' } as const;
const STOP_CANCELS = { transport: 'rest', method: 'DELETE', path: '/api/v4/spot/price_orders/*' } as const;
const READS = { transport: 'rest', method: 'GET', path: '/api/v4/spot/*' } as const;

/** What the exchange and the network do to an engine that is killed all the time anyway. Names are counted. */
export const CAMPAIGN_FAULTS: readonly FaultRule[] = [
  {
    id: 'order-answer-lost',
    match: { ...ORDERS, probability: 0.05 },
    fault: { kind: 'drop', process: true },
  },
  {
    id: 'order-5xx-after',
    match: { ...ORDERS, probability: 0.03 },
    fault: { kind: 'error', process: true, status: 502 },
  },
  { id: 'order-silence', match: { ...ORDERS, probability: 0.02 }, fault: { kind: 'silence', process: true } },
  {
    id: 'order-answer-cut',
    match: { ...ORDERS, probability: 0.02 },
    fault: { kind: 'truncate-body', bytes: 40 },
  },
  {
    id: 'order-never-arrived',
    match: { ...ORDERS, probability: 0.01 },
    fault: { kind: 'drop', process: false },
  },
  { id: 'order-late', match: { ...ORDERS, probability: 0.05 }, fault: { kind: 'delay-before', ms: 150 } },
  {
    id: 'order-answer-late',
    match: { ...ORDERS, probability: 0.1 },
    fault: { kind: 'delay-after', ms: 200 },
  },
  {
    id: 'trades-hidden',
    match: { transport: 'rest', method: 'GET', path: '/api/v4/spot/my_trades', probability: 0.1 },
    fault: { kind: 'hide-recent', ms: 300 },
  },
  {
    id: 'read-5xx',
    match: { ...READS, probability: 0.03 },
    fault: { kind: 'error', process: true, status: 503 },
  },
  { id: 'read-late', match: { ...READS, probability: 0.1 }, fault: { kind: 'delay-after', ms: 100 } },
  ...(['spot.orders', 'spot.usertrades'] as const).flatMap((channel): FaultRule[] => [
    {
      id: `event-twice ${channel}`,
      match: { transport: 'ws', channel, probability: 0.15 },
      fault: { kind: 'duplicate' },
    },
    {
      id: `event-lost ${channel}`,
      match: { transport: 'ws', channel, probability: 0.15 },
      fault: { kind: 'swallow' },
    },
    {
      id: `event-late ${channel}`,
      match: { transport: 'ws', channel, probability: 0.15 },
      fault: { kind: 'delay', ms: 250 },
    },
  ]),
];

/**
 * The same for stops. One that never arrives is proven absent after a minute only, so that is rare; what was placed is
 * found at once.
 */
export const STOP_FAULTS: readonly FaultRule[] = [
  { id: 'stop-answer-lost', match: { ...STOPS, probability: 0.08 }, fault: { kind: 'drop', process: true } },
  {
    id: 'stop-5xx-after',
    match: { ...STOPS, probability: 0.04 },
    fault: { kind: 'error', process: true, status: 502 },
  },
  { id: 'stop-late', match: { ...STOPS, probability: 0.05 }, fault: { kind: 'delay-before', ms: 150 } },
  {
    id: 'stop-never-arrived',
    match: { ...STOPS, probability: 0.005 },
    fault: { kind: 'drop', process: false },
  },
  {
    id: 'stop-cancel-lost',
    match: { ...STOP_CANCELS, probability: 0.05 },
    fault: { kind: 'drop', process: false },
  },
  {
    id: 'stop-cancel-answer-lost',
    match: { ...STOP_CANCELS, probability: 0.08 },
    fault: { kind: 'drop', process: true },
  },
];
