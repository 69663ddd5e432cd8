import { expect, it } from 'vitest'
import { createProcessRegistry } from './processRegistry.ts'

it('the metrics of a process are numbers, however soon they are asked for again', async () => {
  const registry = createProcessRegistry()
  const first = await registry.metrics()
  expect(first).toMatch(/^process_resident_memory_bytes \d+$/m)
  expect(first).toMatch(/^nodejs_eventloop_lag_p99_seconds /m)
  for (const text of [first, await registry.metrics()]) {
    expect(text).not.toMatch(/nan/i)
    // An empty histogram's least value, nearly three centuries.
    expect(text).not.toMatch(/ 9223372036/)
  }
})
