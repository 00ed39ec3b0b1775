import { defineConfig } from 'vitest/config';

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
        // Real threads and real processes: one file at a time, or they would starve each other on two cores.
        test: {
          name: 'real',
          include: ['test/stress/**/*.test.ts', 'test/e2e/**/*.test.ts', 'test/crash/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
