import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkHistory, type TopicHistory } from './checkHistory.ts'
import type { ShardHead } from './eventLog.ts'
import { createMemoryEventLog } from './testing/memoryEventLog.ts'
import { deadLetterAt, eventAt, toAppend } from './testing/newEvents.ts'

const shard = 0

interface Drawn {
  /** What the offsets before the loss became: read, and still there. */
  readonly kept: readonly boolean[]
  /** Read, and gone. */
  readonly lost: readonly boolean[]
  /** What the partition has got in their place. */
  readonly others: number
  readonly startOffset: number
  readonly base: number
}

/** A shard that has read all of it (true: an event, false: a dead letter), and a partition that lost some of it since. */
const given = async ({ kept, lost, others, startOffset, base }: Drawn, leaderEpoch: number | null = null) => {
  const log = createMemoryEventLog()
  const read = [...kept, ...lost]
  const opened = await log.open(shard, base)
  await log.append({
    shard,
    expected: opened,
    ...toAppend({
      events: read.flatMap((isEvent, offset) => (isEvent ? [eventAt(base + offset)] : [])),
      deadLetters: read.flatMap((isEvent, offset) => (isEvent ? [] : [deadLetterAt(base + offset)])),
      nextSourceOffset: base + read.length,
    }),
    leaderEpoch,
  })
  const head = { ...(await log.head(shard))!, sourceBase: base, sourceBaseSince: base }
  const endOffset = kept.length + others
  const valueAt: TopicHistory['valueAt'] = async (offset) => {
    if (offset < startOffset || offset >= endOffset) return undefined
    return offset < kept.length ? eventAt(base + offset).message.value : Buffer.from(`another at ${offset}`)
  }
  const check = async (epochEnd: TopicHistory['epochEnd'], changes: Partial<ShardHead> = {}) =>
    checkHistory({
      log,
      shard,
      head: { ...head, ...changes },
      topicId: null,
      startOffset,
      endOffset,
      history: { epochEnd, valueAt },
    })
  return { check, valueAt }
}

const fates = fc.array(fc.boolean(), { maxLength: 30 })
const drawn = fc
  .record({ kept: fates, lost: fates, others: fc.nat(40), share: fc.nat(100), base: fc.constantFrom(0, 70) })
  .map(({ share, ...rest }) => ({
    ...rest,
    startOffset: Math.floor((rest.kept.length * share) / 200),
  }))
const noEpochs = async () => undefined

describe('the messages of a partition that were read', () => {
  test('are found to be there, or to be others from an offset between two events on', async () => {
    await fc.assert(
      fc.asyncProperty(drawn, async (fixture) => {
        const { check } = await given(fixture)
        const { divergesAt } = await check(noEpochs)
        const { kept, lost, startOffset } = fixture
        // By content alone, the loss of what was no event cannot be seen.
        const expected = Math.max(startOffset, kept.lastIndexOf(true) + 1)
        expect(divergesAt).toBe(lost.includes(true) ? expected : null)
      }),
    )
  })

  test('are others from the very offset on that the leader says', async () => {
    await fc.assert(
      fc.asyncProperty(drawn, async (fixture) => {
        const { check } = await given(fixture, 4)
        const kept = fixture.kept.length
        const isLost = fixture.lost.length > 0
        const answer = isLost ? { leaderEpoch: 3, endOffset: kept } : { leaderEpoch: 4, endOffset: kept + 9 }
        expect((await check(async () => answer)).divergesAt).toBe(isLost ? kept : null)
      }),
    )
  })

  const hundred = { kept: Array.from({ length: 100 }, () => true), base: 0, startOffset: 0 }
  const fifty = Array.from({ length: 50 }, () => true)

  test('are looked at also if the leader has used their epoch again', async () => {
    for (const others of [0, 30, 50, 70]) {
      const { check } = await given({ ...hundred, lost: fifty, others }, 4)
      const again = async () => ({ leaderEpoch: 4, endOffset: 100 + others })
      expect(await check(again)).toMatchObject({ divergesAt: 100 })
    }
  })

  test('are found whole by a leader that has forgotten their epoch, and are not asked for by it any more', async () => {
    const { check } = await given({ ...hundred, lost: [], others: 70 }, 4)
    expect(await check(async () => null)).toEqual({ divergesAt: null, leaderEpoch: null })
    expect(await check(async () => ({ leaderEpoch: 4, endOffset: 170 }))).toEqual({
      divergesAt: null,
      leaderEpoch: 4,
    })
  })

  test('are others if a leader has forgotten their epoch, and has others', async () => {
    const { check } = await given({ ...hundred, lost: fifty, others: 70 }, 4)
    expect(await check(async () => null)).toMatchObject({ divergesAt: 100 })
  })

  test('are not compared with what another topic has, nor what was read under another base', async () => {
    const { check } = await given({ ...hundred, lost: fifty, others: 70 }, 4)
    const asked = async () => Promise.reject(new Error('not to be asked'))
    expect(await check(asked, { sourceBaseSince: 150 })).toEqual({ divergesAt: null, leaderEpoch: null })
    expect(await check(asked, { nextSourceOffset: 0 })).toEqual({ divergesAt: null, leaderEpoch: null })
  })

  test('cannot be told apart once they were compacted away', async () => {
    const { check, valueAt } = await given({ ...hundred, lost: fifty, others: 70 })
    expect(await check(noEpochs)).toMatchObject({ divergesAt: 100 })
    expect(await valueAt(149)).toBeDefined()
    const compacted = await given({ ...hundred, lost: [false], others: 70 })
    expect(await compacted.check(noEpochs)).toMatchObject({ divergesAt: null })
  })
})
