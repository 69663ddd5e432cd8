import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Line, maxLineBytes, readLines } from './readLines.ts'

const read = async (chunks: readonly Buffer[]): Promise<Line[]> => {
  async function* stream() {
    yield* chunks
  }
  const lines: Line[] = []
  for await (const line of readLines(stream())) lines.push(line)
  return lines
}

const textsOf = async (...chunks: readonly string[]): Promise<(string | undefined)[]> =>
  (await read(chunks.map((chunk) => Buffer.from(chunk)))).map(({ bytes }) => bytes?.toString())

describe('the lines of a stream', () => {
  test('are the same however it is cut into chunks', async () => {
    const bytes = fc.array(fc.constantFrom(0x0a, 0x0d, 0x41, 0xff, 0x00), { maxLength: 60 })
    const cuts = fc.array(fc.nat({ max: 60 }), { maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(bytes, cuts, async (content, at) => {
        const whole = Buffer.from(content)
        const ends = [
          0,
          ...at.map((cut) => Math.min(cut, whole.length)).toSorted((a, b) => a - b),
          whole.length,
        ]
        const chunks = ends.slice(1).map((end, i) => whole.subarray(ends[i], end))
        expect(await read(chunks)).toEqual(await read([whole]))
      }),
    )
  })

  test('keep every byte but the line ends', async () => {
    const bytes = fc.array(fc.constantFrom(0x0a, 0x41, 0xff, 0x00), { maxLength: 60 })
    await fc.assert(
      fc.asyncProperty(bytes, async (content) => {
        const lines = await read([Buffer.from(content)])
        const joined = Buffer.concat(lines.flatMap(({ bytes: line }) => [line!, Buffer.from('\n')]))
        const expected = content.length === 0 || content.at(-1) === 0x0a ? content : [...content, 0x0a]
        expect([...joined]).toEqual(expected)
      }),
    )
  })

  test('are numbered from 1, blank ones too, and know where they end', async () => {
    const lines = await read([Buffer.from('a\n\nbc\n')])
    expect(lines.map(({ number, endsAt }) => [number, endsAt])).toEqual([
      [1, 2],
      [2, 3],
      [3, 6],
    ])
  })

  test('may end as on Windows, or not at all', async () => {
    expect(await textsOf('a\r\nb\r', '\nc')).toEqual(['a', 'b', 'c'])
  })

  test('are none if nothing is', async () => {
    expect(await textsOf()).toEqual([])
    expect(await textsOf('')).toEqual([])
  })

  test('that are far too long are left out, and the next one is read as ever', async () => {
    const endless = Array.from({ length: 9 }, () => Buffer.alloc(1024 * 1024, 'x'))
    const lines = await read([Buffer.from('a\n'), ...endless, Buffer.from('y\nb\n')])
    expect(lines.map(({ bytes }) => bytes?.toString())).toEqual(['a', undefined, 'b'])
    expect(lines.map(({ number }) => number)).toEqual([1, 2, 3])
  })

  test('may be as long as the limit', async () => {
    const [line] = await read([Buffer.alloc(maxLineBytes, 'x')])
    expect(line?.bytes?.length).toBe(maxLineBytes)
  })
})
