import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { LongestFirst } from './testing/longestFirst.ts'

const pure = ['projections/**/*.test.ts', 'shared/contract/**/*.test.ts', 'api/conventions/*.test.ts']

export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        // Functions without effects: they can share a process, which saves starting one for each file.
        test: { name: 'pure', include: pure, isolate: false },
      },
      {
        extends: true,
        test: {
          name: 'parts',
          // Not for each file a process of its own either: half of what one costs is to start and to load the modules.
          isolate: false,
          include: ['**/*.test.ts'],
          exclude: ['**/node_modules/**', '.data/**', ...pure],
          globalSetup: ['testing/globalSetup.ts'],
        },
      },
    ],
    // Processes rather than threads: tests spawn, send signals to themselves and measure memory.
    pool: 'forks',
    // Most of a test's time is spent waiting for Kafka, Postgres and processes.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: LongestFirst },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    teardownTimeout: 20_000,
    restoreMocks: true,
    coverage: {
      provider: 'v8',
      include: ['projections/**/*.ts', 'shared/**/*.ts'],
      exclude: ['**/*.test.ts', '**/*.contract.ts', '**/node_modules/**'],
      reporter: ['text-summary', 'html'],
      thresholds: { lines: 100, branches: 100 },
    },
  },
})
