/** What a baseline's process is told: it trades these pairs of this exchange by the simplest rule there is. */
export interface BotBoot {
  readonly symbols: readonly string[];
  readonly restUrl: string;
  readonly wsUrl: string;
  readonly apiKey: string;
  readonly apiSecret: string;
}
