import { createAdaptorServer, type ServerType } from '@hono/node-server'
import { Hono } from 'hono'
import type { Registry } from 'prom-client'
import type { Health } from './health.ts'

export interface OperatorServerOptions {
  readonly registry: Registry
  /** For people, and for commands that want to know whether they mean the same one. */
  readonly topic: string
  readonly health: () => Promise<Health>
}

/**
 * What operators and orchestrators ask a processor: `/livez` (the loop turns), `/readyz` (source,
 * database and every shard are as they should be), `/health` (each component), `/metrics`.
 */
export const createOperatorApp = ({ registry, topic, health }: OperatorServerOptions): Hono => {
  const app = new Hono()
  app.get('/livez', (context) => context.json({ status: 'ok' }))
  for (const path of ['/readyz', '/health']) {
    app.get(path, async (context) => {
      const answer = await health()
      return context.json({ ...answer, topic }, answer.status === 'ok' ? 200 : 503)
    })
  }
  app.get('/metrics', async (context) =>
    context.text(await registry.metrics(), 200, { 'content-type': registry.contentType }),
  )
  return app
}

/** Listens on loopback. Rejects if the port is taken. */
export const listen = (app: Hono, port: number): Promise<ServerType> =>
  new Promise((resolve, reject) => {
    const server = createAdaptorServer({ fetch: app.fetch, hostname: '127.0.0.1' })
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
