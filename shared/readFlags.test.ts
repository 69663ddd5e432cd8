import { expect, it } from 'vitest'
import { readFlags } from './readFlags.ts'

const letters = { help: 'h', reset: undefined }

it('flags are off unless given, by name or by letter', () => {
  expect(readFlags([], letters)).toEqual({ ok: true, help: false, reset: false })
  expect(readFlags(['-h'], letters)).toEqual({ ok: true, help: true, reset: false })
  expect(readFlags(['--reset', '--help'], letters)).toEqual({ ok: true, help: true, reset: true })
})

it.each(['--rest', '-r', 'now', '--reset=please'])('%s is refused in one line', (argument) => {
  const flags = readFlags([argument], letters)
  expect(flags).toMatchObject({
    ok: false,
    fault: expect.stringMatching(/^[^\n]+--help lists what there is$/),
  })
})
