import { describe, expect, it } from 'vitest'
import { help } from './help.ts'
import { readArguments } from './readArguments.ts'

describe('the arguments of npm start', () => {
  it('are all off by default', () => {
    expect(readArguments([])).toEqual({ ok: true, help: false, reset: false, yes: false })
  })

  it('are taken in any order, also in short', () => {
    expect(readArguments(['--yes', '--reset'])).toEqual({ ok: true, help: false, reset: true, yes: true })
    expect(readArguments(['-h'])).toMatchObject({ help: true })
  })

  it.each([['--rest'], ['now'], ['--reset=please']])('name the one that is not known: %s', (argument) => {
    const result = readArguments([argument])
    expect(result).toMatchObject({
      ok: false,
      fault: expect.stringMatching(/--help lists what there is$/) as string,
    })
    expect(result.ok ? '' : result.fault.split('\n')).toHaveLength(1)
  })
})

describe('the help', () => {
  it('lists every setting with its default', () => {
    expect(help()).toMatch(/^ {2}PORT +where the API listens.*\[8053\]$/m)
    expect(help()).toMatch(/^ {2}GENERATOR +whether .*\[on; off with KAFKA_BROKERS\]$/m)
    expect(help()).toMatch(/^ {2}DATABASE_URL .*server$/m)
  })
})
