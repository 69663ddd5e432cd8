import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { demoPatternIds } from '../http/docs/demoPatterns.ts'
import { drawMessages, patternIds } from '../testing/drawMessages.ts'
import { startTestApi, type TestApi } from '../testing/startTestApi.ts'

const now = Date.UTC(2026, 3, 8, 10, 30)
let api: TestApi
// oxlint-disable-next-line typescript/no-explicit-any -- a document
let document: any

beforeAll(async () => {
  api = await startTestApi({ now })
  await api.seed([
    ...drawMessages(200, now - 5 * 86_400_000, now, 6),
    ...demoPatternIds.map((pattern_id) => ({
      body: {
        type: 'pattern.used',
        pattern_id,
        pattern_type: 'resilience',
        occurred_at: new Date(now - 3_600_000).toISOString(),
        outcome: 'success',
      },
    })),
  ])
  document = (await api.get('/openapi.json')).body
})
afterAll(() => api?.stop())

/** The schema of an answer as the document has it, to check answers with. */
const schemaOf = (path: string, status: number): z.ZodType => {
  const { content } = document.paths[path].get.responses[status]
  const [{ schema }] = Object.values(content) as [{ schema: object }]
  const text = JSON.stringify({ ...schema, $defs: document.components.schemas })
  return z.fromJSONSchema(JSON.parse(text.replaceAll('#/components/schemas/', '#/$defs/')))
}

const base = '/api/pattern-analytics'
const id = patternIds[0]

describe('the document', () => {
  it('is OpenAPI 3.1 and describes every route with its parameters and errors', () => {
    expect(document.openapi).toBe('3.1.0')
    const routes = Object.keys(document.paths)
    expect(routes).toEqual(
      expect.arrayContaining([
        '/livez',
        '/readyz',
        '/health',
        '/metrics',
        ...[
          'dashboard-summary',
          'success-rates',
          'quality-metrics',
          'usage-stats',
          'patterns',
          'pattern-types',
          'time-series',
          'trends',
          'compare',
        ].map((name) => `${base}/${name}`),
        `${base}/patterns/{pattern_id}`,
        `${base}/patterns/{pattern_id}/events`,
        `${base}/patterns/{pattern_id}/benchmark`,
      ]),
    )
    const { get } = document.paths[`${base}/success-rates`]
    const parameters = new Map(
      get.parameters.map((parameter: { name: string }) => [parameter.name, parameter]),
    )
    expect(parameters.get('limit')).toMatchObject({
      in: 'query',
      required: false,
      schema: { type: 'integer', minimum: 1, maximum: 500, default: 50 },
    })
    expect(Object.keys(get.responses)).toEqual(expect.arrayContaining(['200', '304', '400', '422', '503']))
  })

  it.each([
    ['/livez', '/livez'],
    ['/readyz', '/readyz'],
    ['/health', '/health'],
    [`${base}/dashboard-summary`, `${base}/dashboard-summary`],
    [`${base}/success-rates`, `${base}/success-rates?min_samples=0`],
    [`${base}/quality-metrics`, `${base}/quality-metrics`],
    [`${base}/usage-stats`, `${base}/usage-stats?time_range=24h`],
    [`${base}/patterns`, `${base}/patterns`],
    [`${base}/patterns/{pattern_id}`, `${base}/patterns/${id}?include=recent_events`],
    [`${base}/patterns/{pattern_id}/events`, `${base}/patterns/${id}/events`],
    [`${base}/pattern-types`, `${base}/pattern-types`],
    [`${base}/time-series`, `${base}/time-series?moving_average=3&compare=previous_period`],
    [`${base}/trends`, `${base}/trends?granularity=hour&time_range=P5D&include=series`],
    [`${base}/trends`, `${base}/trends?trend_type=emerging&pattern_id=${id}`],
    [`${base}/patterns/{pattern_id}/benchmark`, `${base}/patterns/${id}/benchmark`],
  ])('of %s is what %s answers', async (route, path) => {
    const answer = await api.get(path)
    expect(answer.status, answer.text).toBe(200)
    const parsed = schemaOf(route, 200).safeParse(answer.body)
    expect(parsed.error?.issues).toBeUndefined()
  })

  it('begins with the analytics, and names each operation once', () => {
    const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods as object))
    const ids = operations.map(({ operationId }) => operationId)
    expect(ids[0]).toBe('getDashboardSummary')
    expect(new Set(ids).size).toBe(ids.length)
    const tags = document.tags.map(({ name }: { name: string }) => name)
    expect(tags).toEqual(['Analytics', 'Patterns', 'Operations'])
    for (const { tags: own } of operations) expect(tags).toContain(own[0])
  })

  it('describes every schema, property and parameter', () => {
    const undescribed: string[] = []
    const look = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null) return
      for (const [name, part] of Object.entries(value)) {
        const at = `${path}/${name}`
        // What an example holds is no schema.
        if (/\/(example|examples|value)$/.test(at)) continue
        const isDescribed = part?.description !== undefined || part?.$ref !== undefined
        if (!isDescribed && /\/(properties|schemas|parameters|responses)\/[^/]+$/.test(at))
          undescribed.push(at)
        look(part, at)
      }
    }
    look(document, '')
    expect(undescribed).toEqual([])
  })

  it('describes problems as they are sent', async () => {
    const answer = await api.ask('/patterns?limit=0')
    expect(schemaOf(`${base}/patterns`, 400).safeParse(answer.body).error?.issues).toBeUndefined()
  })
})

type Prefilled = string | number | boolean

interface Parameter {
  readonly name: string
  readonly in: 'query' | 'path'
  readonly schema: {
    readonly default?: Prefilled
    readonly example?: Prefilled
    readonly examples?: readonly Prefilled[]
  }
}

interface Operation {
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: {
    readonly content: {
      readonly 'application/json': { readonly examples: Record<string, { value: unknown }> }
    }
  }
}

describe('the page', () => {
  /** What it puts into a request as it opens: defaults and examples. */
  const prefilled = (path: string, parameters: readonly Parameter[] = []): string => {
    let filled = path
    const query = new URLSearchParams()
    for (const { name, in: place, schema } of parameters) {
      const value = schema.default ?? schema.examples?.[0] ?? schema.example
      if (place === 'path') filled = filled.replace(`{${name}}`, String(value))
      else if (value !== undefined) query.set(name, String(value))
    }
    return `${filled}?${query}`
  }

  it('opens with requests that are answered', async () => {
    const asked: string[] = []
    for (const [path, { get, post }] of Object.entries<Record<string, Operation>>(document.paths)) {
      const examples = Object.values(post?.requestBody?.content['application/json'].examples ?? {})
      const answer =
        get === undefined
          ? await api.post(path, JSON.stringify(examples[0]!.value))
          : await api.get(prefilled(path, get.parameters))
      expect(answer.status, `${path} ${answer.text}`).toBe(200)
      asked.push(prefilled(path, get?.parameters))
    }
    expect(asked).toContain(`${base}/patterns/${demoPatternIds[0]}?time_range=7d`)
  })

  it("shows no button of its vendor's", async () => {
    const { text } = await api.get('/docs')
    expect(text).toMatch(/"showDeveloperTools": *"never"/)
    expect(text).toMatch(/"hideClientButton": *true/)
    expect(text).toContain('scalar.com')
    // The settings are those that the script knows.
    const script = await api.get('/docs/scalar.js')
    for (const setting of [
      'showDeveloperTools',
      'hideClientButton',
      'customCss',
      'no-underline hover:underline',
    ])
      expect(script.text).toContain(setting)
  })

  it('loads nothing from anywhere else', async () => {
    const page = await api.get('/docs')
    expect(page.headers.get('content-type')).toContain('text/html')
    expect(page.text).toContain('src="/docs/scalar.js"')
    expect(page.text).not.toMatch(/(src|href)="https?:/)
    expect(page.headers.get('content-security-policy')).toContain("connect-src 'self'")
    const script = await api.get('/docs/scalar.js')
    expect(script.headers.get('content-type')).toContain('text/javascript')
    expect(script.text.length).toBeGreaterThan(1_000_000)
    expect(script.text).toContain('createApiReference')
  })
})

describe('the metrics', () => {
  it('tell of requests by route and status, and of what is held', async () => {
    await api.ask('/patterns?limit=0')
    await api.ask(`/patterns/${id}`)
    await api.get('/nobody-knows-this')
    const { text } = await api.get('/metrics')
    expect(text).toContain(`route="${base}/patterns",status="400"`)
    expect(text).toContain(`route="${base}/patterns/:pattern_id",status="200"`)
    expect(text).toContain('route="unknown",status="404"')
    expect(text).not.toContain(id)
    expect(text).toMatch(/^pattern_api_position\{shard="0"\} [1-9]/m)
    expect(text).toMatch(/^pattern_api_standings_position\{shard="0"\} [1-9]/m)
    expect(text).toMatch(/^process_resident_memory_bytes /m)
    expect(text).not.toMatch(/ nan$/im)
  })

  it('of ours have one prefix, end as their type does, and are in the operations guide', async () => {
    const { text } = await api.get('/metrics')
    const guide = await readFile(new URL('../../docs/OPERATIONS.md', import.meta.url), 'utf8')
    const ours = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].filter(
      ([, name]) => !/^(process|nodejs)_/.test(name!),
    )
    expect(ours.length).toBeGreaterThan(5)
    for (const [, name, type] of ours) {
      expect(name).toMatch(/^pattern_api_/)
      expect(name!.endsWith('_total')).toBe(type === 'counter')
      expect(guide).toContain(`\`${name}\``)
    }
  })
})
