import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectProblem } from '../testing/expectProblem.ts'
import { startTestApi, type TestApi } from '../testing/startTestApi.ts'

const now = Date.UTC(2026, 3, 8, 10, 30)
const id = '0197a3b4-0000-7000-8000-000000000001'

const body = {
  type: 'pattern.used',
  schema_version: 1,
  pattern_id: id,
  occurred_at: '2026-04-08T10:00:00Z',
  outcome: 'success',
}
const eventId = (i: number) => `00000000-0000-7000-8000-00000000000${i}`
/** An event with something more in it, as text. */
const saying = (i: number, more: string) =>
  `${JSON.stringify({ event_id: eventId(i), ...body }).slice(0, -1)}, ${more}}`

const values = [
  saying(1, '"quality_score": 0.10, "build":9007199254740993, "limit":1e400, "version":1.10'),
  saying(2, '"context":{\n  "a": 1,\r\n  "a": 2\n}'),
]

const cloudEvent = {
  headers: {
    ce_specversion: '1.0',
    ce_id: eventId(3),
    ce_type: 'pattern.used',
    ce_source: '/agents/7',
    ce_time: '2026-04-08T10:00:00Z',
    'content-type': 'application/json',
  },
  value: `{"pattern_id":"${id}","outcome":"success","quality_score":0.70}`,
}

/** A pattern with every outcome, and an event without one. */
const otherId = '0197a3b4-0000-7000-8000-000000000002'
const assessed = {
  type: 'pattern.quality_assessed',
  pattern_id: otherId,
  occurred_at: new Date(now - 31 * 3_600_000).toISOString(),
  quality_score: 0.5,
}

let api: TestApi
beforeAll(async () => {
  api = await startTestApi({ now })
  await api.seed([
    ...values.map((value, i) => ({ body: { event_id: eventId(i + 1), ...body }, value })),
    { body: { event_id: eventId(3), ...body }, ...cloudEvent },
    { body: { event_id: eventId(4), ...body, test: true } },
    ...['success', 'failure', 'error', 'success', 'partial_success', 'success'].map((outcome, hour) => ({
      body: {
        ...body,
        pattern_id: otherId,
        outcome,
        occurred_at: new Date(now - (30 + hour) * 3_600_000).toISOString(),
      },
    })),
    { body: assessed },
  ])
})
afterAll(() => api?.stop())

describe('the events behind a number', () => {
  it.each([`/patterns/${id}/events`, `/patterns/${id}?include=recent_events`])(
    'are shown as they were sent, digit by digit, by %s',
    async (path) => {
      const { status, text } = await api.ask(path)
      expect(status).toBe(200)
      for (const value of values) expect(text).toContain(`"event":${value}}`)
    },
  )

  it('are those that are counted, without test events', async () => {
    const { events } = (await api.ask(`/patterns/${id}/events`)).body
    const { usage } = (await api.ask(`/patterns/${id}?time_range=30d`)).body
    expect(events.map(({ event_id }: { event_id: string }) => event_id)).toEqual([3, 2, 1].map(eventId))
    expect(usage.usage_count).toBe(3)
  })

  it.each([
    'time_range=2h',
    'from=2026-04-08T09:00:00Z',
    'from=2026-04-08T09:00:00Z&to=2026-04-08T11:00:00Z',
  ])('of %s are those of it', async (range) => {
    const { from, to, events } = (await api.ask(`/patterns/${id}/events?${range}`)).body
    expect([Date.parse(from) >= now - 7_200_000 - 3_600_000, to]).toEqual([true, '2026-04-08T11:00:00.000Z'])
    expect(events).toHaveLength(3)
  })

  it('of a range in which nothing was counted are none', async () => {
    const { events } = (await api.ask(`/patterns/${otherId}/events?time_range=1h`)).body
    expect(events).toEqual([])
  })

  it('of one outcome are the uses that ended so, in pages as well', async () => {
    for (const outcome of ['success', 'partial_success', 'failure', 'error']) {
      const { outcomes } = (await api.ask(`/patterns/${otherId}?time_range=14d`)).body.success
      const path = `/patterns/${otherId}/events?time_range=14d&limit=1&outcome=${outcome}`
      const found: string[] = []
      let cursor: string | null = ''
      while (cursor !== null) {
        const page = await api.ask(`${path}${cursor && `&cursor=${cursor}`}`)
        expect(page.status, page.text).toBe(200)
        found.push(...page.body.events.map(({ event }: { event: { outcome: string } }) => event.outcome))
        cursor = page.body.next_cursor
      }
      expect(found).toEqual(Array.from({ length: outcomes[outcome] }, () => outcome))
      expect(found.length).toBeGreaterThan(0)
    }
  })

  it('go on only with the outcome that they began with', async () => {
    const path = `/patterns/${otherId}/events?time_range=14d&limit=1`
    const { next_cursor } = (await api.ask(`${path}&outcome=success`)).body
    const answer = await api.ask(`${path}&outcome=error&cursor=${next_cursor}`)
    expectProblem(answer, 400, 'INVALID_INPUT', ['cursor'])
  })

  it('are shown with the headers that carry part of them, and without any if none do', async () => {
    const { events } = (await api.ask(`/patterns/${id}/events`)).body
    expect(events[0]).toMatchObject({
      event_id: eventId(3),
      headers: cloudEvent.headers,
      event: JSON.parse(cloudEvent.value),
    })
    for (const event of events.slice(1)) expect(event).not.toHaveProperty('headers')
  })
})
