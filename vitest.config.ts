import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', '.data/**'],
    globalSetup: ['testing/globalSetup.ts'],
    // A process for each file: tests change process.env and spawn, and a leak ends with its process.
    pool: 'forks',
    // Most of a test's time is spent waiting for Kafka, Postgres and processes.
    maxWorkers: Math.max(2, availableParallelism()),
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
