import { afterAll, beforeAll, describe, expect, it } from 'vitest'
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

let api: TestApi
beforeAll(async () => {
  api = await startTestApi({ now })
  await api.seed([
    ...values.map((value, i) => ({ body: { event_id: eventId(i + 1), ...body }, value })),
    { body: { event_id: eventId(3), ...body }, ...cloudEvent },
    { body: { event_id: eventId(4), ...body, test: true } },
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

  it('are shown with the headers that carry part of them, and without any where none do', async () => {
    const { events } = (await api.ask(`/patterns/${id}/events`)).body
    expect(events[0]).toMatchObject({
      event_id: eventId(3),
      headers: cloudEvent.headers,
      event: JSON.parse(cloudEvent.value),
    })
    for (const event of events.slice(1)) expect(event).not.toHaveProperty('headers')
  })
})
