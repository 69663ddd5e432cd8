import { beforeEach, describe, expect, it } from 'vitest'
import { createKeyGuesses, type KeyGuesses, wrongKeysPerMinute } from './keyGuesses.ts'

let now: number
let guesses: KeyGuesses
beforeEach(() => {
  now = 0
  guesses = createKeyGuesses(() => now)
})

const tryWrong = (address: string, times: number) =>
  Array.from({ length: times }, () => guesses.wrong(address))

describe('an address that brings wrong keys', () => {
  it('may bring a number of them, and more after a while', () => {
    expect(new Set(tryWrong('10.0.0.1', wrongKeysPerMinute))).toEqual(new Set([undefined]))
    expect(guesses.wrong('10.0.0.1')).toBe(60 / wrongKeysPerMinute)
    now += 60_000 / wrongKeysPerMinute
    expect(tryWrong('10.0.0.1', 2)).toEqual([undefined, 60 / wrongKeysPerMinute])
  })

  it('does not keep others from bringing theirs', () => {
    tryWrong('10.0.0.1', wrongKeysPerMinute + 1)
    expect(guesses.wrong('10.0.0.2')).toBeUndefined()
  })
})
