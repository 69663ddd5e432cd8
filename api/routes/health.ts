import { createRoute, z } from '@hono/zod-openapi'
import { probe } from '@patterns/shared/postgres/probe.ts'
import { type Placement, readPlacement } from '@patterns/event-log/postgres/readPlacement.ts'
import { readShardStops } from '@patterns/event-log/postgres/shardStops.ts'
import type { ShardStop } from '@patterns/event-log/shardStop.ts'
import { asOf } from '../http/conventions/asOf.ts'
import type { VectorFeed } from '../queries/live/vectorFeed.ts'
import type { Queryable } from '@patterns/shared/postgres/queryable.ts'
import { readShardAges, type ShardAge } from '../queries/readShardAges.ts'
import { type ApiApp, refused, unauthorized } from './apiRoute.ts'
import { shardAgeOf, shardAgeSchema } from './shardAgeFields.ts'
import { shardStopOf, shardStopSchema } from './shardStopFields.ts'

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
  description: 'For whatever restarts it. Needs no key, and reads nothing.',
  security: [],
  responses: {
    200: {
      description: 'Its loop turns.',
      content: { 'application/json': { schema: livezSchema } },
    },
    ...refused,
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
  description: 'For whatever sends it requests. Needs no key.',
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
    ...refused,
  },
})

const component = <Fields extends z.ZodRawShape>(fields: Fields) =>
  z.strictObject({
    status: z.enum(['up', 'down']).openapi({ description: 'Whether it works.' }),
    ...fields,
  })

const healthSchema = z
  .strictObject({
    status: z.enum(['ok', 'degraded', 'down']).openapi({
      description:
        'degraded: answers are right as of their position, but changes are seen later, since notifications are lost, a shard is more than ten seconds behind its log, or one stopped.',
    }),
    components: z
      .strictObject({
        database: component({
          latency_ms: z.number().nullable().openapi({
            description: 'How long a few small reads took; null while it is down.',
          }),
        }).openapi({ description: 'Where the numbers are.' }),
        notifications: component({}).openapi({
          description: 'By which the api hears of changes at once; without them it looks.',
        }),
        ingestion: component({
          stopped: z.array(shardStopSchema).openapi({
            description:
              'The shards that take nothing more from the topic until a person sees to it; unknown, and so none, while the database is down.',
          }),
        }).openapi({ description: 'What takes messages from the topic into the log.' }),
        projection: component({
          log_id: z.string().openapi({ description: 'Which log that is of.' }),
          as_of: z.record(z.string(), z.int()).openapi({ description: 'The last vector that was read.' }),
          shards: z.array(shardAgeSchema).openapi({
            description: 'How old the numbers of each shard are; none while the database is down.',
          }),
        }).openapi({ description: 'What makes numbers of the log.' }),
        placement: z
          .strictObject({
            split_patterns: z
              .int()
              .nullable()
              .openapi({ description: 'Patterns in more than one partition.' }),
            key_mismatches: z
              .int()
              .nullable()
              .openapi({ description: 'Messages with another key than their pattern’s id.' }),
          })
          .openapi({
            description:
              'For information: how many patterns come in more than one partition, and how many messages so far had another key than the id of their pattern. Both are counted right, and cost more. Null while the database is down.',
          }),
      })
      .openapi({ description: 'Each part by its name.' }),
    uptime_seconds: z.number().openapi({ description: 'How long the process has been there.' }),
  })
  .openapi('Health', { description: 'How each part does.' })

/** What is answered while the database is down. */
const whenDown: z.infer<typeof healthSchema> = {
  status: 'down',
  components: {
    database: { status: 'down', latency_ms: null },
    notifications: { status: 'down' },
    ingestion: { status: 'down', stopped: [] },
    projection: { status: 'down', log_id: '8c1f04e2', as_of: { '0': 173 }, shards: [] },
    placement: { split_patterns: null, key_mismatches: null },
  },
  uptime_seconds: 1204.2,
}

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

/** Flushes follow each other within two seconds, and a shard is opened again within some more. */
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
