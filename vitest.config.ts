import { defineConfig } from 'vitest/config';

const REAL_TIMEOUTS = { testTimeout: 60_000, hookTimeout: 60_000 } as const;

const ALONE = [
  'test/e2e/control-hanging-exchange.test.ts',
  'test/e2e/exchange-memory.test.ts',
  'test/e2e/tools-reproduce.test.ts',
];

/** Packages are tested as built (`dist`), because worker threads can only load compiled files. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          setupFiles: ['test/support/fixed-chance.ts'],
          // Generous, because a noisy machine is no defect; what must be fast is measured by benchmarks.
          testTimeout: 30_000,
          // All cores: the default leaves one idle.
          maxWorkers: '100%',
          sequence: { groupOrder: 0 },
          include: [
            'packages/*/test/**/*.test.ts',
            'apps/*/test/**/*.test.ts',
            'test/architecture/**/*.test.ts',
            'test/engine/**/*.test.ts',
            'test/simulation/**/*.test.ts',
            'test/fuzz/**/*.test.ts',
            'test/evidence/**/*.test.ts',
          ],
        },
      },
      {
        // Real processes that mostly wait: two files at a time keep two cores busy and starve nobody. Each test has its
        // own directories, ports and keys.
        test: {
          name: 'real',
          globalSetup: ['test/support/fresh-bundle.ts'],
          include: ['test/e2e/**/*.test.ts'],
          exclude: ALONE,
          ...REAL_TIMEOUTS,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        // What needs the cores for itself: races between threads and processes, kills, latency, memory.
        test: {
          name: 'real-alone',
          globalSetup: ['test/support/fresh-bundle.ts'],
          include: ['test/stress/**/*.test.ts', 'test/crash/**/*.test.ts', ...ALONE],
          ...REAL_TIMEOUTS,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
