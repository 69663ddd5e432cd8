/** What Scalar's Fastify plugin calls of Fastify when it is given the address of a document. */
interface RouteRecorder {
  readonly initialConfig: Record<string, never>
  route(route: { readonly url: string; handler(request: unknown, reply: Reply): unknown }): void
}

interface Reply {
  header(name: string, value: string): Reply
  send(body: string): string
}

/**
 * The script of the API reference, so that `/docs` works without a network. It is 4 MB and is built from 300 packages.
 * The only package with the built script and nothing else is Scalar's Fastify plugin, which serves it as a route. So the
 * plugin is asked for its routes, and that route for its answer.
 */
export const loadScalarScript = async (): Promise<string> => {
  const { default: plugin } = await import('@scalar/fastify-api-reference')
  const routes = new Map<string, (request: unknown, reply: Reply) => unknown>()
  const recorder: RouteRecorder = {
    initialConfig: {},
    route: ({ url, handler }) => void routes.set(url, handler),
  }
  const register = plugin as unknown as (fastify: RouteRecorder, options: object, done: () => void) => void
  register(recorder, { routePrefix: '/docs', configuration: { url: '/openapi.json' } }, () => {})
  const [, handler] = [...routes].find(([url]) => url.endsWith('.js')) ?? []
  const reply: Reply = { header: () => reply, send: (body) => body }
  return handler!(undefined, reply) as string
}
