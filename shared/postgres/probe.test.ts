import { expect, it } from 'vitest'
import { probe } from './probe.ts'

it('a probe says how long the answer took', async () => {
  expect(await probe(async () => 'answer')).toBeGreaterThanOrEqual(0)
})

it('a probe says null of what fails, and of what does not answer in time', async () => {
  expect(await probe(() => Promise.reject(new Error('away')))).toBeNull()
  expect(await probe(() => new Promise(() => {}), 10)).toBeNull()
})
