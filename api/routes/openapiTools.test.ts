import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createConfig, lintFromString } from '@redocly/openapi-core'
import openapiTS, { astToString } from 'openapi-typescript'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApi } from '../testing/startTestApi.ts'

let source: string
let folder: string

beforeAll(async () => {
  const api = await startTestApi()
  source = (await api.get('/openapi.json')).text
  await api.stop()
  folder = await mkdtemp(join(tmpdir(), 'patterns-openapi-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** What the compiler says of a program that uses the types of the document; nothing if it is right. */
const faultsOf = async (program: string): Promise<string> => {
  const file = join(folder, 'program.ts')
  await writeFile(file, program)
  const compiler = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url))
  const options = [
    '--strict',
    '--noEmit',
    '--noUncheckedIndexedAccess',
    '--target',
    'es2022',
    '--module',
    'preserve',
    '--types',
    '',
  ]
  return new Promise((resolve) => {
    execFile(process.execPath, [compiler, ...options, file], { cwd: folder }, (_, output) => resolve(output))
  })
}

const header = `import type { components, operations } from './api'
type Answer<Name extends keyof operations> =
  operations[Name] extends { responses: { 200: { content: { 'application/json': infer Body } } } } ? Body : never
`

describe('the document', () => {
  it('is found faultless by a linter of such documents', async () => {
    const strict = [
      'info-contact',
      'no-invalid-parameter-examples',
      'no-invalid-schema-examples',
      'no-unused-components',
      'operation-description',
      'operation-tag-defined',
      'response-contains-header',
      'tag-description',
    ]
    const config = await createConfig({
      extends: ['recommended-strict'],
      rules: {
        ...Object.fromEntries(strict.map((rule) => [rule, 'error' as const])),
        'response-contains-header': { severity: 'error', names: { 200: ['X-Request-Id', 'Server-Timing'] } },
      },
    })
    const faultsIn = async (document: string) => {
      const absoluteRef = join(folder, 'openapi.json')
      const found = await lintFromString({ source: document, absoluteRef, config })
      return found.map(({ ruleId, message, location }) => `${ruleId} ${message} ${location[0]?.pointer}`)
    }
    expect(await faultsIn(source)).toEqual([])
    const faulty = source.replace('"operationId":"listTrends",', '')
    expect(await faultsIn(faulty)).toEqual([expect.stringMatching(/^operation-operationId .*trends/)])
  })

  it('makes types that a strict compiler takes, and that tell the kinds of answers apart', async () => {
    await writeFile(join(folder, 'api.ts'), astToString(await openapiTS(source)))
    const program = `${header}
export const firstFigure = (trends: Answer<'listTrends'>): number | undefined => {
  if (trends.trend_type === 'emerging') return trends.thresholds.min_probability + trends.trends.length
  if (trends.trend_type === 'declining') return trends.trends[0]?.probability
  const [first] = trends.trends
  if (first === undefined) return trends.insufficient_data_count
  return first.status === 'measured' ? first.slope : first.min_points
}
export const ofUsage = (trends: Answer<'listTrends'>): number =>
  trends.trend_type === 'usage' ? trends.insufficient_data_count : trends.total_count
export const outcomeOf = ({ event }: components['schemas']['LoggedEvent']): unknown =>
  'outcome' in event ? event.outcome : undefined
export const scoreOf = (event: components['schemas']['PatternQualityAssessed']): number => event.quality_score
export const benchmarkOf = ({ benchmarks }: Answer<'getPatternBenchmark'>): number | null | undefined =>
  benchmarks[0]?.status === 'measured' ? benchmarks[0].rank : benchmarks[0]?.min_patterns
export const question: NonNullable<operations['comparePatterns']['requestBody']>['content']['application/json'] =
  { pattern_ids: ['a', 'b'], metrics: ['usage'], time_range: '7d' }
export const query: operations['listSuccessRates']['parameters']['query'] = { limit: 10, sort: '-confidence' }
export const problemOf = (
  problem: operations['getPattern']['responses'][404]['content']['application/problem+json'],
): string => problem.code
`
    expect(await faultsOf(program)).toBe('')
    expect(
      await faultsOf(`${header}export const none = (a: Answer<'listTrends'>) => a.thresholds`),
    ).toContain("'thresholds' does not exist")
  })
})
