import { configureGlobal } from 'fast-check';

/**
 * Property tests draw the same cases in every run, so that a red run is about the change and not about luck. Whoever
 * wants to search sets another seed: `MTRADE_SEED=$RANDOM npx vitest run --project unit`.
 */
configureGlobal({ seed: Number(process.env['MTRADE_SEED'] ?? 20_261_121) });
