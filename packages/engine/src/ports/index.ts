/**
 * The ports of the engine: what it needs from the world, said in its own words. Adapters (`feed`, `venue`, `store`)
 * implement them; a simulation implements them too.
 *
 * | file                                | between the engine and                         |
 * | ----------------------------------- | ---------------------------------------------- |
 * | `venue`, `orders`, `stops`, `account` | the exchange's REST side                       |
 * | `feed`, `prices`                    | the exchange's WebSocket                       |
 * | `store`, `change-set`               | the books                                      |
 * | `lane-request`, `lane-event`, `wire-rows` | the order thread: plain data, decimals as text |
 */
export type * from './account.js';
export type * from './change-set.js';
export type * from './feed.js';
export type * from './lane-event.js';
export type * from './lane-request.js';
export type * from './orders.js';
export type * from './prices.js';
export type * from './stops.js';
export type * from './store.js';
export type * from './venue.js';
export type * from './wire-rows.js';
