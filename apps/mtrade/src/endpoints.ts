/** Paths of the control API that the commands use. */
export const ENDPOINTS = {
  status: '/api/autotrade/status',
  config: '/v1/config',
  tradingOn: '/api/autotrade/start',
  tradingOff: '/api/autotrade/stop',
  reset: '/api/autotrader/reset_cycle',
  resume: '/api/autotrader/resume_cycle',
  pause: '/api/autotrader/pause_cycle',
  permit: '/api/autotrader/permit',
  sellNow: '/api/autotrader/sell_now',
  shutdown: '/api/engine/shutdown',
} as const;
