import type { LogRecord, PositionRange } from '@patterns/event-log/eventLog.ts'
import { describe, expect, it } from 'vitest'
import { body, logOf, mine, other } from '../../testing/logOfTexts.ts'
import { createPatternIndex } from './patternIndex.ts'

describe('the index of patterns', () => {
  const counted = async (texts: readonly string[]) => {
    const log = await logOf(texts)
    const read: PositionRange[] = []
    return {
      read,
      readRanges(shard: number, ranges: readonly PositionRange[]): AsyncIterable<readonly LogRecord[]> {
        read.push(...ranges)
        return log.readRanges(shard, ranges)
      },
    }
  }

  it('looks at each position once, however it is asked', async () => {
    const eventLog = await counted(
      Array.from({ length: 2_000 }, (_, i) => body(i % 2 === 0 ? mine : other, i)),
    )
    const index = createPatternIndex({ eventLog })
    expect(await index.positions(0, [{ first: 100, last: 104 }], mine)).toEqual([101, 103])
    const wide = [
      { first: 90, last: 110 },
      { first: 600, last: 601 },
    ]
    expect(await index.positions(0, wide, other)).toHaveLength(12)
    expect(eventLog.read).toEqual([
      { first: 100, last: 104 },
      { first: 90, last: 99 },
      { first: 105, last: 110 },
      { first: 600, last: 601 },
    ])
    expect(await index.positions(0, [{ first: 1, last: 2_000 }], mine)).toHaveLength(1_000)
    eventLog.read.length = 0
    expect(await index.positions(0, [{ first: 1, last: 2_000 }], other)).toHaveLength(1_000)
    expect(eventLog.read).toEqual([])
  })

  it('forgets what was not asked for in a while, and looks again', async () => {
    const eventLog = await counted(Array.from({ length: 1_100 }, (_, i) => body(mine, i)))
    const index = createPatternIndex({ eventLog, mostBytes: 512 * 4 })
    for (const first of [1, 600, 1])
      expect(await index.positions(0, [{ first, last: first }], mine)).toEqual([first])
    expect(eventLog.read).toHaveLength(3)
  })
})
