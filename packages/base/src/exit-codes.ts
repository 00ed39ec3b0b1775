/** Process exit codes of the public contract. Services and scripts branch on them: append only. */
export const ExitCode = {
  ok: 0,
  runtimeError: 1,
  usage: 2,
  notRunning: 3,
  exchangeUnavailable: 69,
  contradiction: 70,
  disk: 74,
  lockHeld: 75,
  permission: 77,
  badConfig: 78,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
