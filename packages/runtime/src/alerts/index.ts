export type { Alert, AlertSource } from './alert.js';
export { Alerter } from './alerter.js';
export type { AlertsStatus } from './alerts-status.js';
export type { AlertChannel } from './channel.js';
export { alertChannels, alertSource } from './channels.js';
export { type ChannelTest, testChannels } from './test-channels.js';
export { STANDING_FILE } from './standing-file.js';
export { webhookSignature } from './webhook.js';
