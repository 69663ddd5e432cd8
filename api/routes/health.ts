import { createRoute, z } from '@hono/zod-openapi'
import { probe } from '@patterns/shared/postgres/probe.ts'
import { type Placement, readPlacement } from '@patterns/event-log/postgres/readPlacement.ts'
import { readShardStops } from '@patterns/event-log/postgres/shardStops.ts'
import type { ShardStop } from '@patterns/event-log/shardStop.ts'
import { asOf } from '../http/conventions/asOf.ts'
import type { VectorFeed } from '../queries/live/vectorFeed.ts'
import type { Queryable } from '@patterns/shared/postgres/queryable.ts'
import { readShardAges, type ShardAge } from '../queries/readShardAges.ts'
import { type ApiApp, httpProblems, unauthorized } from './apiRoute.ts'
import { healthSchema, shardAgeOf, shardStopOf, whenDown } from './healthFields.ts'

export interface HealthDependencies {
  readonly feed: Pick<VectorFeed, 'confirm' | 'vector' | 'logId' | 'isListening'>
  readonly database: Queryable
}

const livezSchema = z
  .strictObject({ status: z.literal('ok').openapi({ description: 'It lives.' }) })
  .openapi('Liveness', { description: 'Whether the process lives.' })

const livezRoute = createRoute({
  method: 'get',
  path: '/livez',
  operationId: 'getLiveness',
  tags: ['Operations'],
  summary: 'Whether the process lives',
  description: 'For a supervisor that restarts it. Needs no key, and reads nothing.',
  security: [],
  responses: {
    200: {
      description: 'The event loop turns.',
      content: { 'application/json': { schema: livezSchema } },
    },
    ...httpProblems,
  },
})

const readySchema = z
  .strictObject({
    status: z.enum(['ready', 'not_ready']).openapi({ description: 'Whether it can answer now.' }),
    reason: z.string().optional().openapi({ description: 'Why it cannot.' }),
  })
  .openapi('Readiness', { description: 'Whether requests can be answered.' })

const readyzRoute = createRoute({
  method: 'get',
  path: '/readyz',
  operationId: 'getReadiness',
  tags: ['Operations'],
  summary: 'Whether requests can be answered',
  description: 'For a load balancer that sends it requests. Needs no key.',
  security: [],
  responses: {
    200: { description: 'They can.', content: { 'application/json': { schema: readySchema } } },
    503: {
      description: 'The database, or its schema, is not there.',
      content: {
        'application/json': {
          schema: readySchema,
          example: { status: 'not_ready', reason: 'the database cannot be read' },
        },
      },
    },
    ...httpProblems,
  },
})

const healthRoute = (operationId: string) =>
  createRoute({
    method: 'get',
    path: '/health',
    operationId,
    tags: ['Operations'],
    summary: 'How each part does',
    description: 'What answers depend on, each part with what an operator wants to know of it.',
    responses: {
      200: { description: 'ok or degraded.', content: { 'application/json': { schema: healthSchema } } },
      503: {
        description: 'down.',
        content: { 'application/json': { schema: healthSchema, example: whenDown } },
      },
      ...unauthorized,
    },
  })

/** Flushes follow each other within two seconds, and a shard is opened again within a few more. */
const maxBehindSeconds = 10

export const routeLiveness = (app: ApiApp, { feed }: Omit<HealthDependencies, 'database'>): void => {
  app.openapi(livezRoute, (context) => context.json({ status: 'ok' as const }, 200))
  app.openapi(readyzRoute, async (context) => {
    const notReady = (reason: string) => context.json({ status: 'not_ready' as const, reason }, 503)
    if ((await probe(() => feed.confirm(0))) === null) return notReady('the database cannot be read')
    return context.json({ status: 'ready' as const }, 200)
  })
}

export const routeHealth = (
  app: ApiApp,
  { feed, database }: HealthDependencies,
  operationId = 'getHealth',
): void => {
  app.openapi(healthRoute(operationId), async (context) => {
    let ages: readonly ShardAge[] = []
    let stops: readonly ShardStop[] = []
    let placement: Placement | undefined
    const latencyMs = await probe(async () => {
      ;[ages, stops, placement] = await Promise.all([
        readShardAges(database),
        readShardStops(database),
        readPlacement(database),
        feed.confirm(0),
      ])
    })
    const isUp = latencyMs !== null
    const isCurrent =
      feed.isListening &&
      stops.length === 0 &&
      ages.every(({ behindSeconds }) => behindSeconds <= maxBehindSeconds)
    const body = {
      status: !isUp ? ('down' as const) : isCurrent ? ('ok' as const) : ('degraded' as const),
      components: {
        database: { status: isUp ? ('up' as const) : ('down' as const), latency_ms: latencyMs },
        notifications: { status: feed.isListening ? ('up' as const) : ('down' as const) },
        ingestion: {
          status: isUp && stops.length === 0 ? ('up' as const) : ('down' as const),
          stopped: isUp ? stops.map(shardStopOf) : [],
        },
        projection: {
          status: isUp ? ('up' as const) : ('down' as const),
          log_id: feed.logId,
          as_of: asOf(feed.vector),
          shards: isUp ? ages.map(shardAgeOf) : [],
        },
        placement: {
          split_patterns: placement?.splitPatterns ?? null,
          key_mismatches: placement?.keyMismatches ?? null,
        },
      },
      uptime_seconds: process.uptime(),
    }
    return isUp ? context.json(body, 200) : context.json(body, 503)
  })
}
