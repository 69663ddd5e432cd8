import { describe, expect, it } from 'vitest'
import { readArguments } from './readArguments.ts'
import { runStep } from './runStep.ts'
import { addCounts, summarize } from './summary.ts'
import type { SummaryOptions } from './summary.ts'

const counts = { numPassedTests: 12, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, success: true }
const types = { name: 'types', ok: true, seconds: 1.23, printed: '' }
const tests = { name: 'tests', ok: true, seconds: 61, printed: '' }
const given = (changes: Partial<SummaryOptions> = {}) =>
  summarize({ steps: [types, tests], counts, kafkaMissing: undefined, ci: false, ...changes })

describe('the closing lines of the tests', () => {
  it('count several runs together, and none if one broke off', () => {
    const failed = { ...counts, numFailedTests: 2, success: false }
    expect(addCounts([counts, failed])).toEqual({ ...failed, numPassedTests: 24 })
    expect(addCounts([counts, undefined])).toBeUndefined()
  })

  it('tell each step with its time and end with the counts', () => {
    expect(given()).toEqual({
      ok: true,
      lines: ['types  ok        1.2 s', 'tests  ok       61.0 s', '12 passed, 0 failed'],
    })
  })

  it('name every step that failed', () => {
    const steps = [
      { ...types, ok: false },
      { ...tests, ok: false },
    ]
    const summary = given({ steps, counts: { ...counts, numFailedTests: 2, success: false } })
    expect(summary.ok).toBe(false)
    expect(summary.lines.slice(-2)).toEqual(['Failed: types, tests', '12 passed, 2 failed'])
  })

  it('count a file that could not be loaded as a failure', () => {
    const summary = given({ steps: [{ ...tests, ok: false }], counts: { ...counts, success: false } })
    expect(summary.lines.at(-1)).toBe('12 passed, 1 failed')
  })

  it('count a run that did not come to its end as a failure', () => {
    const summary = given({ steps: [{ ...tests, ok: false }], counts: undefined })
    expect(summary).toMatchObject({ ok: false })
    expect(summary.lines.at(-1)).toBe('0 passed, 1 failed')
  })

  it('tell why the tests of Kafka were skipped, and let that pass outside of CI', () => {
    const summary = given({ counts: { ...counts, numPendingTests: 3 }, kafkaMissing: 'there is no java' })
    expect(summary.ok).toBe(true)
    expect(summary.lines.slice(-2)).toEqual([
      'Tests of Kafka were skipped: there is no java',
      '12 passed, 0 failed, 3 skipped',
    ])
  })

  it('fail for any skipped test in CI', () => {
    const summary = given({
      counts: { ...counts, numPendingTests: 3 },
      kafkaMissing: 'there is no java',
      ci: true,
    })
    expect(summary.ok).toBe(false)
    expect(summary.lines).toContain('Failed: 3 skipped tests (CI=true)')
  })
})

describe('the arguments of npm test', () => {
  it('choose everything, some tests, or the help', () => {
    expect(readArguments([])).toEqual({ kind: 'all' })
    expect(readArguments(['topic/', '-t', 'late'])).toEqual({
      kind: 'some',
      forVitest: ['topic/', '-t', 'late'],
    })
    expect(readArguments(['--help'])).toEqual({ kind: 'help' })
  })
})

describe('a step', () => {
  const step = (code: string, stopping?: AbortSignal) =>
    runStep({
      name: 'step',
      command: [process.execPath, '-e', code],
      cwd: process.cwd(),
      env: process.env,
      output: 'captured',
      ...(stopping && { stopping }),
    })

  it('keeps what it printed and whether it went well', async () => {
    expect(await step(`console.log('out'); console.error('err')`)).toMatchObject({
      name: 'step',
      ok: true,
      printed: 'out\nerr\n',
    })
    expect(await step('process.exit(3)')).toMatchObject({ ok: false, printed: '' })
  })

  it('fails if its program is not there, or if it is ended early', async () => {
    const result = await runStep({
      name: 'step',
      command: ['/no/such'],
      cwd: '/',
      env: {},
      output: 'captured',
    })
    expect(result).toMatchObject({ ok: false, printed: expect.stringContaining('ENOENT') as string })
    expect(await step('setInterval(() => {}, 1000)', AbortSignal.timeout(50))).toMatchObject({ ok: false })
  })
})
