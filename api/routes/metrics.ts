import { createRoute, z } from '@hono/zod-openapi'
import type { Registry } from 'prom-client'
import { type ApiApp, httpProblems, unauthorized } from './apiRoute.ts'

const route = createRoute({
  method: 'get',
  path: '/metrics',
  operationId: 'getMetrics',
  tags: ['Operations'],
  summary: 'What Prometheus reads',
  description: 'In its text format, version 0.0.4. docs/OPERATIONS.md says what each metric means.',
  responses: {
    200: {
      description: 'The metrics.',
      content: {
        'text/plain': {
          schema: z.string(),
          example: 'pattern_api_position{shard="0"} 1204\n',
        },
      },
    },
    ...unauthorized,
    ...httpProblems,
  },
})

export const routeMetrics = (app: ApiApp, registry: Registry): void => {
  app.openapi(route, async (context) =>
    context.text(await registry.metrics(), 200, { 'content-type': registry.contentType }),
  )
}
