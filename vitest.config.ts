import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { defineConfig } from 'vitest/config';

/** Generous, because a busy machine is no defect; what must be fast is measured by benchmarks. */
const UNIT_TIMEOUT_MS = 120_000;
const REAL_TIMEOUTS = { testTimeout: 240_000, hookTimeout: 240_000 } as const;

/** Races that are only real when two threads or processes have a core each. */
const ALONE = ['test/stress/**/*.test.ts', 'test/e2e/tools-reproduce.test.ts'];

/** Begun first, so that none of them is left over at the end with the other workers idle. */
const LONG = [
  'test/crash/',
  'test/simulation/simulation',
  'test/fuzz/',
  'test/engine/properties',
  'dashboard',
  'backup-restore',
  'secrets-canary',
  'cli-rescue',
  'cli-offline',
  'tools-diagnose',
  'e2e/service',
  'e2e/alerts',
  'persistence-refused-key',
];

class LongOnesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isShort = ({ moduleId }: TestSpecification): number =>
      Number(!LONG.some((name) => moduleId.includes(name)));
    return (await super.sort(files)).toSorted((a, b) => isShort(a) - isShort(b));
  }
}

/**
 * Packages are tested as built (`dist`), because worker threads can only load compiled files. Files share a process
 * (`isolate: false`): loading the engine's modules anew for each of them would cost as much as all unit tests together.
 */
export default defineConfig({
  test: {
    isolate: false,
    sequence: { sequencer: LongOnesFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          setupFiles: ['test/support/fixed-chance.ts'],
          testTimeout: UNIT_TIMEOUT_MS,
          hookTimeout: UNIT_TIMEOUT_MS,
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
        // Real processes that mostly wait: four files at a time keep two cores busy. Each test, or group of tests, has
        // its own directories, ports and keys.
        extends: true,
        test: {
          name: 'real',
          globalSetup: ['test/support/fresh-bundle.ts'],
          include: ['test/e2e/**/*.test.ts', 'test/crash/**/*.test.ts'],
          exclude: ALONE,
          ...REAL_TIMEOUTS,
          maxWorkers: 4,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'real-alone',
          globalSetup: ['test/support/fresh-bundle.ts'],
          include: ALONE,
          ...REAL_TIMEOUTS,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
