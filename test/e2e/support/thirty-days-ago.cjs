// Preloaded into an engine (threads included): its wall clock stands 30 days back, its monotonic clock is untouched.
const now = Date.now;
Date.now = () => now() - 30 * 24 * 3_600_000;
