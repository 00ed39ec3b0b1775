/** What `mtrade status` shows of one channel. */
export interface ChannelStatus {
  readonly channel: string;
  readonly target: string;
  readonly queued: number;
  readonly sent: number;
  readonly failed: number;
  readonly dropped: number;
  readonly last_sent_at: string | null;
  readonly last_error: string | null;
}

/** What `mtrade status --json` shows under `alerts`. */
export interface AlertsStatus {
  readonly channels: readonly ChannelStatus[];
  readonly standing: readonly {
    readonly condition: string;
    readonly symbol: string | null;
    readonly since: string;
  }[];
}
