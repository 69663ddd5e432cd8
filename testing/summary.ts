import type { StepResult } from './runStep.ts'

/** The part of vitest's JSON report that is counted. */
export interface TestCounts {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
  /** False too if a file could not be loaded or a hook failed. */
  readonly success: boolean
}

export interface SummaryOptions {
  readonly steps: readonly StepResult[]
  /** Absent if the tests did not come to their end. */
  readonly counts: TestCounts | undefined
  /** Why the tests of Kafka were skipped, if they were. */
  readonly kafkaMissing: string | undefined
  /** In CI a skipped test is a failure: what is not tested there is tested nowhere. */
  readonly ci: boolean
}

export interface Summary {
  readonly ok: boolean
  readonly lines: readonly string[]
}

/** Those of several runs together; `undefined` if one of them did not come to its end. */
export const addCounts = (all: readonly (TestCounts | undefined)[]): TestCounts | undefined => {
  const ended = all.filter((counts) => counts !== undefined)
  if (ended.length < all.length) return undefined
  const sum = (of: (counts: TestCounts) => number) => ended.reduce((total, counts) => total + of(counts), 0)
  return {
    numPassedTests: sum((counts) => counts.numPassedTests),
    numFailedTests: sum((counts) => counts.numFailedTests),
    numPendingTests: sum((counts) => counts.numPendingTests),
    numTodoTests: sum((counts) => counts.numTodoTests),
    success: ended.every(({ success }) => success),
  }
}

/** The closing lines: each step, what was skipped and why, and `N passed, N failed` last. */
export const summarize = ({ steps, counts, kafkaMissing, ci }: SummaryOptions): Summary => {
  const width = Math.max(...steps.map(({ name }) => name.length))
  const lines = steps.map(
    ({ name, ok, seconds }) =>
      `${name.padEnd(width)}  ${ok ? 'ok    ' : 'FAILED'} ${seconds.toFixed(1).padStart(6)} s`,
  )
  const failedSteps = steps.filter(({ ok }) => !ok).map(({ name }) => name)
  const skipped = counts === undefined ? 0 : counts.numPendingTests + counts.numTodoTests
  if (kafkaMissing !== undefined) lines.push(`Tests of Kafka were skipped: ${kafkaMissing}`)
  const failures = [...failedSteps, ...(ci && skipped > 0 ? [`${skipped} skipped tests (CI=true)`] : [])]
  if (failures.length > 0) lines.push(`Failed: ${failures.join(', ')}`)
  lines.push(countsLine(counts, skipped))
  return { ok: failures.length === 0, lines }
}

const countsLine = (counts: TestCounts | undefined, skipped: number): string => {
  if (counts === undefined) return '0 passed, 1 failed'
  const { numPassedTests, numFailedTests, success } = counts
  // A file that could not be loaded has no test that failed.
  const failed = success ? numFailedTests : Math.max(1, numFailedTests)
  return `${numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}
