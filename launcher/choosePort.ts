import { createServer } from 'node:net'

/** Whether a port can be listened on: `undefined` if so, else the system's code (`EADDRINUSE`, `EACCES`…). */
export const portFault = (host: string, port: number): Promise<string | undefined> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)))
  })

/** The preferred port if it is free, else one that the system chooses. */
export const choosePort = async (host: string, preferred = 0): Promise<number> => {
  if (preferred !== 0 && (await portFault(host, preferred)) === undefined) return preferred
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen({ host, port: 0 }, () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}
