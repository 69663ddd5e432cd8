import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drawMessages, patternIds } from '../testing/drawMessages.ts'
import { expectProblem } from '../testing/expectProblem.ts'
import { startTestApi, type TestApi } from '../testing/startTestApi.ts'
import { trendingIds } from '../testing/trendingMessages.ts'

const now = Date.UTC(2026, 3, 8, 10, 30)
const day = 86_400_000

let api: TestApi

beforeAll(async () => {
  api = await startTestApi({ now })
  const used = {
    type: 'pattern.used',
    pattern_id: trendingIds.steady,
    occurred_at: new Date(now).toISOString(),
    outcome: 'success',
  }
  // Few: what is refused is not computed.
  await api.seed([...drawMessages(40, now - 20 * day, now, 5), { body: used }])
})
afterAll(() => api?.stop())

const id = patternIds[0]
const unknownId = '0197a3b4-0000-7000-8000-00000000ffff'

describe('a value that is not valid', () => {
  it.each([
    ['/dashboard-summary?time_range=8y', 400, ['time_range']],
    ['/dashboard-summary?time_range=0w', 400, ['time_range']],
    ['/dashboard-summary?time_range=300w', 422, ['time_range']],
    ['/dashboard-summary?time_range=', 400, ['time_range']],
    ['/dashboard-summary?time_range=7d&time_range=1h', 400, ['time_range']],
    ['/dashboard-summary?time_range=P6Y', 422, ['time_range']],
    ['/dashboard-summary?time_range=P0D', 422, ['time_range']],
    ['/time-series?time_range=PT0S', 422, ['time_range']],
    ['/trends?time_range=P0W', 422, ['time_range']],
    ['/trends?trend_type=emerging&time_range=P0W', 422, ['time_range']],
    [`/patterns/${patternIds[0]}?time_range=P0D`, 422, ['time_range']],
    ['/dashboard-summary?from=2026-04-01', 400, ['from']],
    ['/dashboard-summary?from=2026-04-01T00:00:00', 400, ['from']],
    ['/dashboard-summary?from=2026-02-30T00:00:00Z', 400, ['from']],
    ['/dashboard-summary?to=2026-04-01T00:00:00Z', 422, ['from']],
    ['/dashboard-summary?from=2026-04-02T00:00:00Z&to=2026-04-01T00:00:00Z', 422, ['to']],
    ['/dashboard-summary?from=2027-04-02T00:00:00Z', 422, ['from']],
    ['/dashboard-summary?from=0001-01-01T00:00:00Z', 422, ['from']],
    ['/usage-stats?from=0001-01-01T00:00:00Z&to=0001-01-02T00:00:00Z', 422, ['from']],
    ['/dashboard-summary?time_range=1h&from=2026-04-02T00:00:00Z', 422, ['time_range']],
    ['/dashboard-summary?pattern_type=Resilience', 400, ['pattern_type']],
    ['/dashboard-summary?pattern_type=nobody_has_it', 422, ['pattern_type']],
    ['/dashboard-summary?after=5', 400, ['after']],
    ['/dashboard-summary?after=-1:5', 400, ['after']],
    ['/success-rates?min_samples=-1', 400, ['min_samples']],
    ['/success-rates?min_samples=1.5', 400, ['min_samples']],
    ['/success-rates?limit=0', 400, ['limit']],
    ['/success-rates?limit=501', 400, ['limit']],
    ['/success-rates?limit=ten', 400, ['limit']],
    ['/success-rates?sort=secret', 400, ['sort']],
    ['/success-rates?cursor=x', 400, ['cursor']],
    ['/patterns?search=%00', 400, ['search']],
    ['/patterns?search=a%00b', 400, ['search']],
    ['/quality-metrics?min_quality=2', 400, ['min_quality']],
    ['/quality-metrics?min_quality=1e-3', 400, ['min_quality']],
    ['/quality-metrics?pattern_id=1', 400, ['pattern_id']],
    ['/usage-stats?granularity=monthly', 400, ['granularity']],
    ['/usage-stats?granularity=minute', 400, ['granularity']],
    ['/usage-stats?granularity=hour&time_range=30d', 422, ['granularity']],
    ['/usage-stats?time_zone=Mars/Olympus', 400, ['time_zone']],
    ['/usage-stats?time_zone=%2B02:00', 400, ['time_zone']],
    ['/usage-stats?time_zone=Asia/Kolkata', 422, ['time_zone']],
    ['/time-series?granularity=hour&time_range=90d', 422, ['granularity']],
    ['/time-series?metric_type=speed', 400, ['metric_type']],
    ['/time-series?moving_average=1', 400, ['moving_average']],
    ['/time-series?compare=next_period', 400, ['compare']],
    ['/patterns?search=', 400, ['search']],
    ['/pattern-types?sort=name', 400, ['sort']],
    ['/time-series?pattern_type=nobody_has_it', 422, ['pattern_type']],
    ['/patterns?sort=-', 400, ['sort']],
    [`/patterns/not-a-uuid`, 400, ['pattern_id']],
    [`/patterns/${id}?include=everything`, 400, ['include']],
    [`/patterns/not-a-uuid/events`, 400, ['pattern_id']],
    [`/patterns/${id}/events?limit=1000`, 400, ['limit']],
    [`/patterns/${id}/events?time_range=soon`, 400, ['time_range']],
    [`/patterns/${id}/events?time_range=7d&from=2026-04-02T00:00:00Z`, 422, ['time_range']],
    [`/patterns/${id}/events?outcome=bad`, 400, ['outcome']],
  ])('%s is a %i that names %s', async (path, status, paths) => {
    expectProblem(
      await api.ask(path),
      status,
      status === 422 ? 'UNPROCESSABLE_INPUT' : 'INVALID_INPUT',
      paths,
    )
  })

  it.each([
    ['/success-rates?sort=-total_executions', 'sort', 'total_executions is called usage_count now'],
    ['/success-rates?sort=average_quality', 'sort', 'average_quality is called quality_score now'],
    ['/trends?trend_type=performance', 'trend_type', 'performance is called duration now'],
    ['/trends?trend_type=emerging&min_uses=5', 'min_uses', 'is called min_samples now'],
  ])('%s uses an old name, and gets the new one', async (path, parameter, message) => {
    const answer = await api.ask(path)
    expectProblem(answer, 422, 'UNPROCESSABLE_INPUT', [parameter])
    expect(answer.body.errors).toEqual([{ path: parameter, message }])
  })

  it('with a name from before beside other faults names all of them', async () => {
    const answer = await api.ask('/trends?trend_type=performance&limit=0')
    expectProblem(answer, 400, 'INVALID_INPUT', ['trend_type', 'limit'])
  })

  it('with a + that the URL turned into a space says so', async () => {
    const answer = await api.ask('/dashboard-summary?from=2026-04-01T00:00:00+02:00')
    expect(answer.body.errors[0].message).toContain('%2B')
  })

  it.each([
    `/patterns/${unknownId}`,
    `/patterns/${unknownId}/events`,
    `/usage-stats?pattern_id=${unknownId}`,
    `/quality-metrics?pattern_id=${unknownId}`,
    `/time-series?pattern_id=${unknownId}`,
  ])('%s is a pattern that was never seen', async (path) => {
    expectProblem(await api.ask(path), 404, 'PATTERN_NOT_FOUND')
  })

  it('takes an id in upper case', async () => {
    expect((await api.ask(`/patterns/${id.toUpperCase()}`)).body.pattern_id).toBe(id)
  })

  it('names every fault at once', async () => {
    const answer = await api.ask('/success-rates?limit=0&sort=x&foo=1')
    expectProblem(answer, 400, 'INVALID_INPUT', ['sort', 'limit', 'foo'])
  })

  it('is a 404 if there is no such route', async () => {
    expectProblem(await api.ask('/nothing'), 404, 'ROUTE_NOT_FOUND')
    expectProblem(await api.get('/'), 404, 'ROUTE_NOT_FOUND')
  })
})

describe('a request for trends is refused', () => {
  it.each([
    ['time_range=abc', 400, 'time_range'],
    ['trend_type=sideways', 400, 'trend_type'],
    ['metric=usage', 400, 'metric'],
    ['threshold=0.1', 422, 'threshold'],
    ['trend_type=declining&threshold=1', 422, 'threshold'],
    ['trend_type=emerging&threshold=-1', 400, 'threshold'],
    ['trend_type=emerging&threshold=NaN', 400, 'threshold'],
    ['trend_type=emerging&min_probability=2', 400, 'min_probability'],
    ['trend_type=emerging&direction=stable', 422, 'direction'],
    ['trend_type=emerging&time_range=P5Y', 422, 'granularity'],
    ['time_range=90d&granularity=hour', 422, 'granularity'],
    [`time_range=P1Y&granularity=hour&pattern_id=${trendingIds.steady}`, 422, 'granularity'],
    ['from=2026-04-08T10:00:00Z', 422, 'from'],
    ['from=2026-04-08T00:00:00Z&granularity=day', 422, 'from'],
    ['pattern_type=none', 422, 'pattern_type'],
    ['trend_type=emerging&pattern_type=none', 422, 'pattern_type'],
    ['time_zone=Europe/Berlin', 400, 'time_zone'],
    ['cursor=abc', 400, 'cursor'],
    ['limit=0', 400, 'limit'],
  ])('for %s', async (query, status, field) => {
    const answer = await api.ask(`/trends?${query}`)
    expect(answer.status, answer.text).toBe(status)
    expect(answer.body.errors[0].path).toBe(field)
  })

  it.each(['', '&trend_type=emerging'])('for a pattern that was never seen%s', async (query) => {
    const answer = await api.ask(`/trends?pattern_id=${unknownId}${query}`)
    expect(answer.status).toBe(404)
  })
})
