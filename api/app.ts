import { OpenAPIHono } from '@hono/zod-openapi'
import type { Logger } from '@patterns/shared/logger.ts'
import { methodNotAllowed } from 'hono/method-not-allowed'
import { secureHeaders } from 'hono/secure-headers'
import { checkApiKey } from './http/access/apiKeys.ts'
import { limitBody } from './http/access/bodyLimit.ts'
import { refuseByteOrderMark } from './http/access/byteOrderMark.ts'
import { contentPolicy } from './http/access/contentPolicy.ts'
import { allowOrigins } from './http/access/crossOrigin.ts'
import { limitRate } from './http/access/rateLimit.ts'
import { checkRequiredHeaders } from './http/access/requiredHeaders.ts'
import type { ApiEnv } from './http/conventions/apiEnv.ts'
import { answerErrors, answerNotFound } from './http/problems/answerProblems.ts'
import { Problem } from './http/problems/problem.ts'
import { refuseInvalid } from './http/problems/refuseInvalid.ts'
import { requestId } from './http/conventions/requestId.ts'
import { serverTiming } from './http/conventions/serverTiming.ts'
import type { createMetrics } from './http/observe/metrics.ts'
import type { ApiApp, RouteDependencies } from './routes/apiRoute.ts'
import { routeBenchmark } from './routes/benchmark.ts'
import { routeCompare } from './routes/compare.ts'
import { routeDashboardSummary } from './routes/dashboardSummary.ts'
import { type HealthDependencies, routeHealth, routeLiveness } from './routes/health.ts'
import { routePattern } from './routes/pattern.ts'
import { routePatternEvents } from './routes/patternEvents.ts'
import { routePatterns } from './routes/patterns.ts'
import { routePatternTypes } from './routes/patternTypes.ts'
import { routeMetrics } from './routes/metrics.ts'
import { queryProblem } from './routes/queryProblem.ts'
import { routeQualityMetrics } from './routes/qualityMetrics.ts'
import { routeReference } from './routes/reference.ts'
import { routeSuccessRates } from './routes/successRates.ts'
import { routeTimeSeries } from './routes/timeSeries.ts'
import { routeTrends } from './routes/trends.ts'
import { routeUsageStats } from './routes/usageStats.ts'

export interface AppOptions {
  readonly dependencies: RouteDependencies
  readonly health: HealthDependencies
  readonly metrics: ReturnType<typeof createMetrics>
  readonly logger: Logger
  /** SHA-256 of each key, hexadecimal. If there are none, everyone is let in. */
  readonly apiKeys: readonly string[]
  /** Pages of these origins may read answers. If there are none, only pages of our own may. */
  readonly corsOrigins: readonly string[]
  readonly rateLimitPerMinute: number
}

export const basePath = '/api/pattern-analytics'

const createRouter = (): ApiApp => new OpenAPIHono<ApiEnv>({ defaultHook: refuseInvalid })

/** The whole API: what every request goes through, then one route a file. */
export const createApp = (options: AppOptions): ApiApp => {
  const { dependencies, health, metrics, logger, apiKeys, corsOrigins, rateLimitPerMinute } = options
  const app = createRouter()
  app.onError(answerErrors(logger, queryProblem))
  app.notFound(answerNotFound)

  app.use(requestId, serverTiming, metrics.measure)
  app.use(secureHeaders(), contentPolicy)
  if (corsOrigins.length > 0) app.use(allowOrigins(corsOrigins))
  app.use(checkRequiredHeaders)
  app.use(checkApiKey(apiKeys), limitRate(rateLimitPerMinute), limitBody, refuseByteOrderMark)
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (_, methods) => {
        throw new Problem(405, 'METHOD_NOT_ALLOWED', `This route answers ${methods.join(', ')} only.`, {
          headers: { allow: methods.join(', ') },
        })
      },
    }),
  )

  const analytics = createRouter()
  routeDashboardSummary(analytics, dependencies)
  routeSuccessRates(analytics, dependencies)
  routeQualityMetrics(analytics, dependencies)
  routeUsageStats(analytics, dependencies)
  routePatterns(analytics, dependencies)
  routePatternTypes(analytics, dependencies)
  routePattern(analytics, dependencies)
  routePatternEvents(analytics, dependencies)
  routeTimeSeries(analytics, dependencies)
  routeTrends(analytics, dependencies)
  routeCompare(analytics, dependencies)
  routeBenchmark(analytics, dependencies)
  routeHealth(analytics, health, 'getAnalyticsHealth')
  app.route(basePath, analytics)

  routeLiveness(app, health)
  routeHealth(app, health)
  routeMetrics(app, metrics.registry)
  routeReference(app)
  return app
}
