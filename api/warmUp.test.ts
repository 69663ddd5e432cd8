import { OpenAPIHono } from '@hono/zod-openapi'
import { createLogger } from '@patterns/shared/logger.ts'
import { describe, expect, it } from 'vitest'
import type { ApiEnv } from './http/conventions/apiEnv.ts'
import { routeLiveness } from './routes/health.ts'
import { startTestApi } from './testing/startTestApi.ts'
import { warmUp } from './warmUp.ts'

const logger = createLogger('api', 'silent')

describe('warming up', () => {
  it('asks only what the api answers, keys and limits or not', async () => {
    const asked: string[] = []
    const api = await startTestApi()
    try {
      await warmUp(async (path) => {
        asked.push(path)
        return new Response(null, { status: (await api.ask(path)).status })
      }, logger)
    } finally {
      await api.stop()
    }
    // It would have ended at the first that is not answered.
    expect(asked.at(-1)).toBe('/trends?time_range=90d')
  })

  it('ends at the first question that cannot be answered', async () => {
    const asked: string[] = []
    await warmUp((path) => {
      asked.push(path)
      return new Response(null, { status: asked.length === 2 ? 503 : 200 })
    }, logger)
    expect(asked).toHaveLength(2)
  })

  it('ends when the process is to stop, whatever the question under way takes', async () => {
    const stopping = new AbortController()
    const ended = warmUp(() => new Promise<Response>(() => {}), logger, stopping.signal)
    stopping.abort()
    await ended
  })

  it('is over before the process says that it is ready', async () => {
    let isWarm = false
    const app = new OpenAPIHono<ApiEnv>()
    const feed = { confirm: async () => {}, vector: new Map(), logId: '', isListening: true }
    routeLiveness(app, { feed, isWarm: () => isWarm })
    const before = await app.request('/readyz')
    expect([before.status, await before.json()]).toEqual([
      503,
      { status: 'not_ready', reason: 'the first answers are being made' },
    ])
    isWarm = true
    expect((await app.request('/readyz')).status).toBe(200)
    expect((await app.request('/livez')).status).toBe(200)
  })
})
