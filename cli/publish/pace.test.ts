import { expect, test } from 'vitest'
import { createPace } from './pace.ts'

test('a pace spreads messages evenly over the time', async () => {
  const pace = createPace(200)
  const startedAt = performance.now()
  for (let i = 0; i < 41; i++) await pace()
  // 40 gaps of 5 ms, of which the last may be cut short by the least wait.
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(195)
})

test('a pace makes up for time that was lost', async () => {
  let now = 0
  const pace = createPace(1, () => now)
  await pace()
  now = 60_000
  const startedAt = performance.now()
  for (let i = 0; i < 60; i++) await pace()
  expect(performance.now() - startedAt).toBeLessThan(500)
})

test('without a rate nothing waits', async () => {
  const pace = createPace(undefined)
  const startedAt = performance.now()
  for (let i = 0; i < 10_000; i++) await pace()
  expect(performance.now() - startedAt).toBeLessThan(1_000)
})
