import { createMiddleware } from 'hono/factory'
import { routePath } from 'hono/route'
import { createProcessRegistry } from '@patterns/shared/processRegistry.ts'
import { Counter, Gauge, Histogram } from 'prom-client'
import type { ApiEnv } from '../conventions/apiEnv.ts'
import type { ProblemCode } from '../problems/problem.ts'
import type { UntakenAnswers } from '../connections/untakenAnswers.ts'
import type { Vector } from '@patterns/read-model/vector.ts'

export interface MetricsOptions {
  readonly feed: {
    readonly vector: Vector
    readonly standings: { readonly vector: Vector }
    readonly isListening: boolean
  }
  readonly untaken: Pick<UntakenAnswers, 'bytes'>
}

/** The metrics of this process for Prometheus, and the middleware that measures requests. */
export const createMetrics = ({ feed, untaken }: MetricsOptions) => {
  const registry = createProcessRegistry()
  const registers = [registry]
  const requests = new Histogram({
    name: 'pattern_api_request_seconds',
    help: 'Time from the request to the answer, by route and status',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  })
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read())
      },
    })
  gauge('pattern_api_untaken_bytes', 'Of answers that clients have not taken yet', () => untaken.bytes)
  const closed = new Counter({
    name: 'pattern_api_connections_closed_total',
    help: 'Connections closed because the client sent too many requests ahead, or did not take its answers',
    labelNames: ['reason'],
    registers,
  })
  const closeReasons = ['sent_ahead', 'stalled', 'too_much'] as const
  for (const reason of closeReasons) closed.inc({ reason }, 0)
  const unreadable = new Counter({
    name: 'pattern_api_unreadable_requests_total',
    help: 'Requests that were refused before they got to a route, by the code of the problem',
    labelNames: ['code'],
    registers,
  })
  gauge('pattern_api_notifications_up', '1 while flushes are listened for', () => Number(feed.isListening))
  const positions = (name: string, help: string, vector: () => Vector) =>
    new Gauge({
      name,
      help,
      labelNames: ['shard'],
      registers,
      collect() {
        this.reset()
        for (const [shard, position] of vector()) this.set({ shard: String(shard) }, position)
      },
    })
  positions('pattern_api_position', 'The position of a shard that numbers are as of', () => feed.vector)
  positions(
    'pattern_api_standings_position',
    'The position of a shard that lists are as of',
    () => feed.standings.vector,
  )

  const measure = createMiddleware<ApiEnv>(async (context, next) => {
    const stop = requests.startTimer()
    await next()
    // The path with its placeholders: each id, and each path that a scanner tries, would be a label of its own.
    const route = routePath(context, -1)
    stop({
      method: context.req.method,
      route: context.res.status === 404 && route.endsWith('*') ? 'unknown' : route,
      status: String(context.res.status),
    })
  })
  return {
    registry,
    measure,
    unreadable: (code: ProblemCode): void => unreadable.inc({ code }),
    connectionClosed: (reason: (typeof closeReasons)[number]): void => closed.inc({ reason }),
  }
}
