import { PassThrough, Writable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { createLineWriter } from './lineWriter.ts'
import { createProgress } from './progress.ts'
import { formatTable } from './table.ts'

describe('a table', () => {
  test('has columns as wide as their widest cell', () => {
    const table = formatTable(
      [{ title: 'shard', align: 'right' }, { title: 'result' }],
      [
        ['0', 'ok'],
        ['123456', 'broken'],
      ],
    )
    expect(table).toBe(' shard  result\n     0  ok\n123456  broken')
  })
})

describe('a line writer', () => {
  test('writes every line, bytes and text, and waits for a slow reader', async () => {
    const stream = new PassThrough({ highWaterMark: 1_000 })
    const written = createLineWriter(stream)
    const received: Buffer[] = []
    const reading = (async () => {
      for await (const chunk of stream) {
        received.push(chunk as Buffer)
        await new Promise((resolve) => setImmediate(resolve))
      }
    })()
    let maxBuffered = 0
    for (let i = 0; i < 20_000; i++) {
      expect(await written.write(i % 2 === 0 ? `line ${i}` : Buffer.from(`line ${i}`))).toBe(true)
      maxBuffered = Math.max(maxBuffered, stream.writableLength)
    }
    // Whoever waits for a slow reader leaves no listener behind.
    expect(stream.listenerCount('error')).toBeLessThan(5)
    await written.flush()
    stream.end()
    await reading
    expect(Buffer.concat(received).toString()).toBe(
      Array.from({ length: 20_000 }, (_, i) => `line ${i}\n`).join(''),
    )
    expect(maxBuffered).toBeLessThan(200_000)
  })

  const brokenStream = (code: string): Writable =>
    new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error(`broken: ${code}`), { code })),
    })

  test('says that the reader has gone, which is no error', async () => {
    const writer = createLineWriter(brokenStream('EPIPE'))
    const answers: boolean[] = []
    for (let i = 0; i < 10 && answers.at(-1) !== false; i++)
      answers.push(await writer.write('x'.repeat(100_000)))
    expect(answers.at(-1)).toBe(false)
  })

  test('fails if the stream breaks otherwise', async () => {
    const writer = createLineWriter(brokenStream('ENOSPC'))
    const writeALot = async (): Promise<void> => {
      for (let i = 0; i < 10; i++) await writer.write('x'.repeat(100_000))
    }
    await expect(writeALot()).rejects.toThrow('broken: ENOSPC')
  })
})

describe('progress', () => {
  const capture = (isTTY: boolean) => {
    const stream = Object.assign(new PassThrough(), { isTTY, columns: 100, cursorTo() {}, clearLine() {} })
    const text = (): string => (stream.read() as Buffer | null)?.toString() ?? ''
    return { stderr: stream as unknown as NodeJS.WriteStream, text }
  }

  test('is silent for two seconds, then says a line every two if there is no terminal', () => {
    const { stderr, text } = capture(false)
    let now = 0
    const progress = createProgress({ stderr, unit: 'events', total: 4_000, now: () => now })
    progress.update(1)
    now = 1_900
    progress.update(500)
    expect(text()).toBe('')
    now = 2_000
    progress.update(1_000)
    progress.update(1_100)
    expect(text()).toBe('1,000 of 4,000 events, 500 a second\n')
    now = 4_000
    progress.update(2_000)
    expect(text()).toBe('2,000 of 4,000 events, 500 a second\n')
    progress.stop()
  })

  test('is a bar on a terminal, and notes stand on lines of their own', () => {
    const { stderr, text } = capture(true)
    let now = 0
    const progress = createProgress({ stderr, unit: 'events', total: 10, now: () => now })
    now = 2_500
    progress.update(5)
    progress.note('line 7 is faulty')
    progress.update(6)
    progress.stop()
    const shown = text()
    expect(shown).toContain('5 of 10 events')
    expect(shown).toContain('line 7 is faulty\n')
  })

  test('shows a plain count if the end is not known', () => {
    const { stderr, text } = capture(true)
    let now = 0
    const progress = createProgress({ stderr, unit: 'lines', now: () => now })
    now = 2_000
    progress.update(3_000)
    expect(text()).toBe('3,000 lines, 1,500 a second\n')
  })
})
