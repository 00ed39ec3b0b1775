export {
  type Fault,
  MALFORMED_VARIANTS,
  type MalformedVariant,
  REST_FAULTS,
  type RestFault,
  WS_FAULTS,
  type WsFault,
} from './fault.js';
export {
  type FaultMatch,
  type FaultRule,
  WS_EVENTS,
  type WsEventName,
  parseFaultRule,
} from './fault-rule.js';
export { FaultPort, type FaultPortOptions, type FaultStatus, type FiredWsFault } from './fault-port.js';
