import { beforeEach, describe, expect, it } from 'vitest'
import { createKeyGuesses, type KeyGuesses, wrongKeysPerMinute } from './keyGuesses.ts'

let now: number
let guesses: KeyGuesses
beforeEach(() => {
  now = 0
  guesses = createKeyGuesses(() => now)
})

const tryWrong = (address: string, times: number) => {
  for (let i = 0; i < times; i++) guesses.wrong(address)
}

describe('an address that brings wrong keys', () => {
  it('is heard up to a number of them, and again after a while', () => {
    tryWrong('10.0.0.1', wrongKeysPerMinute - 1)
    expect(guesses.waitSeconds('10.0.0.1', 'next')).toBeUndefined()
    tryWrong('10.0.0.1', 1)
    expect(guesses.waitSeconds('10.0.0.1', 'next')).toBe(60 / wrongKeysPerMinute)
    now += 60_000 / wrongKeysPerMinute
    expect(guesses.waitSeconds('10.0.0.1', 'next')).toBeUndefined()
  })

  it('does not keep others from being heard', () => {
    tryWrong('10.0.0.1', wrongKeysPerMinute)
    expect(guesses.waitSeconds('10.0.0.2', 'next')).toBeUndefined()
  })

  it('is heard with a key that was right there before, as of others behind the same proxy', () => {
    guesses.right('10.0.0.1', 'known')
    tryWrong('10.0.0.1', wrongKeysPerMinute)
    expect(guesses.waitSeconds('10.0.0.1', 'known')).toBeUndefined()
    expect(guesses.waitSeconds('10.0.0.1', 'other')).toBeDefined()
  })

  it('loses nothing by right keys', () => {
    for (let i = 0; i < 1_000; i++) guesses.right('10.0.0.1', `key ${i}`)
    expect(guesses.waitSeconds('10.0.0.1', 'next')).toBeUndefined()
  })
})
