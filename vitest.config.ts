import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { LongestFirst } from './testing/longestFirst.ts'

/** What is covered whole, by its own tests alone: these run with coverage, which makes them slower, and no others. */
const covered = ['projections/**/*.test.ts', 'shared/**/*.test.ts']

export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: 'covered', include: covered } },
      {
        extends: true,
        test: {
          name: 'parts',
          include: ['**/*.test.ts'],
          exclude: ['**/node_modules/**', '.data/**', ...covered],
        },
      },
    ],
    globalSetup: ['testing/globalSetup.ts'],
    // Not for each file a process of its own: half of what most cost would be to start it and to load the modules.
    isolate: false,
    // Processes rather than threads: tests spawn, send signals to themselves and measure memory.
    pool: 'forks',
    // V8's default is outgrown by processes that live through forty files: a tenth of their time was its collections.
    execArgv: ['--max-semi-space-size=64'],
    // Most of a test's time is spent waiting for Kafka, Postgres and processes: with three workers on two cores the
    // suite took six minutes, with five it takes four and a half.
    maxWorkers: availableParallelism() * 2 + 1,
    sequence: { sequencer: LongestFirst },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    teardownTimeout: 20_000,
    restoreMocks: true,
    coverage: {
      provider: 'v8',
      include: ['projections/**/*.ts', 'shared/**/*.ts'],
      exclude: ['**/*.test.ts', '**/*.contract.ts', '**/testing/**', '**/node_modules/**'],
      reporter: ['text-summary', 'html'],
      thresholds: { lines: 100, branches: 100 },
    },
  },
})
