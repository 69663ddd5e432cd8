import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { apiReadiness } from './readiness.ts'
import { untilReady } from './untilReady.ts'

it('tells once what is waited for, again when it is something else, and ends when all is there', async () => {
  const reasons = ['no database', 'no database', 'no database', 'no first answer', 'no first answer']
  const server = createServer((_, response) => {
    const reason = reasons.shift()
    response.statusCode = reason === undefined ? 200 : 503
    response.end(JSON.stringify({ reason }))
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const told: string[] = []
  await untilReady({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    read: apiReadiness,
    stopping: new AbortController().signal,
    onWaiting: (reason) => told.push(reason),
    reportEveryMs: 0,
  })
  expect(told).toEqual(['no database', 'no first answer'])
})
