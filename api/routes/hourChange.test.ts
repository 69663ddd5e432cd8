import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { drawMessages } from '../testing/drawMessages.ts'
import { startTestApi, type TestApi } from '../testing/startTestApi.ts'

const minute = 60_000
const hour = 60 * minute
/** The standings are of 10:30. */
const then = Date.UTC(2026, 3, 8, 10, 30)
const nextHour = then + 30 * minute

let api: TestApi
beforeEach(async () => {
  api = await startTestApi({ now: then })
  await api.seed(drawMessages(300, then - 40 * 24 * hour, then + 3 * hour, 11))
})
afterEach(() => api?.stop())

const lists = [
  '/success-rates?min_samples=1',
  '/usage-stats?granularity=day',
  '/quality-metrics?granularity=day',
  '/dashboard-summary?time_range=24h',
] as const

/** An answer without what it is as of, and when it was made. */
const ask = async (path: string) => {
  const { status, body, text } = await api.ask(path)
  expect(status, text).toBe(200)
  const { generated_at: _, as_of: __, next_cursor: cursor, ...answer } = body
  return { answer, cursor: cursor as string | null }
}
const askAll = () => Promise.all(lists.map(ask))

/** Brings the standings to the hour, and waits until the API knows of it. */
const refreshHour = async (): Promise<void> => {
  await api.refresh()
  const to = new Date(Math.floor(api.now / hour) * hour + hour).toISOString()
  await expect
    .poll(async () => (await ask('/success-rates')).answer.to, { interval: 10, timeout: 5_000 })
    .toBe(to)
}

describe('lists at the end of an hour', () => {
  it('stay with the hour of the standings until these have come to the next one', async () => {
    const before = await askAll()
    for (const now of [nextHour, nextHour + 4 * minute]) {
      api.now = now
      expect((await askAll()).map(({ answer }) => answer.to)).toEqual(before.map(({ answer }) => answer.to))
    }
    await refreshHour()
  })

  it('are the same whether the standings have the hour or are too old for it', async () => {
    api.now = nextHour + 10 * minute
    const summed = await askAll()
    for (const { answer } of summed) expect(answer.to).toBe(new Date(nextHour + hour).toISOString())
    await refreshHour()
    expect(await askAll()).toEqual(summed)
  })

  it('follow the clock of the processor if that is some minutes ahead', async () => {
    api.now = nextHour
    await refreshHour()
    const expected = await askAll()
    api.now = nextHour - 3 * minute
    expect((await askAll()).map(({ answer }) => answer.to)).toEqual(expected.map(({ answer }) => answer.to))
  })

  it('go on with the range of their first page', async () => {
    const ids = (items: readonly { readonly pattern_id: string }[]) => items.map((item) => item.pattern_id)
    const paged = lists.slice(0, 3)
    const wholes = await Promise.all(paged.map(ask))
    const pages = await Promise.all(paged.map((path) => ask(`${path}&limit=1`)))
    const found = pages.map(({ answer }) => ids(answer.patterns))
    const later = [nextHour + minute, nextHour + 10 * minute, nextHour + 2 * hour]
    for (const now of later) {
      api.now = now
      if (now === later[1]) await refreshHour()
      for (const [i, path] of paged.entries()) {
        const page = await ask(`${path}&limit=1&cursor=${pages[i]!.cursor}`)
        expect([page.answer.from, page.answer.to]).toEqual([wholes[i]!.answer.from, wholes[i]!.answer.to])
        found[i]!.push(...ids(page.answer.patterns))
        pages[i] = page
      }
    }
    expect(found).toEqual(wholes.map(({ answer }) => ids(answer.patterns)))
    expect(pages.map(({ cursor }) => cursor)).toEqual([null, null, null])
  })

  it('have an ETag that holds over a refresh that changed nothing, and not over one that did', async () => {
    const tagOf = async (path: string) => (await api.ask(path)).headers.get('etag')!
    const statusOf = async (path: string, tag: string) =>
      (await api.ask(path, { 'if-none-match': tag })).status
    const paths = [...lists, '/patterns?limit=2']
    const tags = await Promise.all(paths.map(tagOf))
    await api.refresh()
    for (const [i, path] of paths.entries()) expect(await statusOf(path, tags[i]!)).toBe(304)
    api.now = nextHour
    await refreshHour()
    for (const [i, path] of paths.entries()) {
      expect(await statusOf(path, tags[i]!)).toBe(200)
      expect(await statusOf(path, await tagOf(path))).toBe(304)
    }
  })
})
