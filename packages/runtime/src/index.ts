export {
  type AlertSource,
  type AlertsStatus,
  alertChannels,
  alertSource,
  type ChannelTest,
  testChannels,
  webhookSignature,
} from './alerts/index.js';
export type { BackupStatus } from './backups/auto-backup.js';
export * from './control/index.js';
export * from './diagnose/index.js';
export { answer as answerFromBooks, type HistoryAnswers, type HistoryQuestion } from './history/questions.js';
export * from './lock/index.js';
export { type LadderRowJson, ladderView, type LadderViewJson } from './views/ladder-view.js';
export type { LadderPreview } from './views/ladder-preview.js';
export { investedByQuote, type PairStatus, withFigures } from './views/pair-figures.js';
export type { RunningEngine, StartDeps, StartOptions } from './running-engine.js';
export type { ServiceManager } from './service/service-manager.js';
export { systemdFrom } from './service/systemd-notify.js';
export { type LogPlace, readLogPlace } from './log-place.js';
export { startEngine } from './start-engine.js';
export { isLocalMarket, type PairLimits, pairLimits } from './pair-limits.js';
export { judgeKeyRights } from './key-rights.js';
export {
  type Recorder,
  type RecordOptions,
  type RecordProgress,
  startRecorder,
} from './recording/recorder.js';
export {
  type CandleGap,
  fetchCandles,
  type FetchOptions,
  type FetchProgress,
  type FetchResult,
} from './recording/fetch-candles.js';
export type { Timeframe } from '@mtrade/venue';
