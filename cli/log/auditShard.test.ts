import type { LogRecord, ShardHead } from '@patterns/event-log/eventLog.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { auditShard, type DuplicateRow, type ShardAudit } from './auditShard.ts'

type Fate = 'appended' | 'duplicate' | 'dead' | 'none'

interface Contents {
  head: ShardHead
  records: LogRecord[]
  duplicates: DuplicateRow[]
  deadLetters: number[]
}

const shard = 2

const idOf = (position: number): string => `019b76da-a800-7aa8-a644-${String(position).padStart(12, '0')}`

const recordOf = (position: number, sourceOffset: number): LogRecord => ({
  position,
  sourceOffset,
  recordedAt: 0,
  eventId: idOf(position),
  value: Buffer.from(
    JSON.stringify({
      event_id: idOf(position),
      type: 'pattern.used',
      schema_version: 1,
      pattern_id: idOf(0),
      occurred_at: '2026-01-01T00:00:00Z',
      outcome: 'success',
    }),
  ),
  headers: undefined,
})

/** A shard in which all is as it should be: what became of each offset. */
const shardOf = (fates: readonly Fate[], firstSourceOffset = 100): Contents => {
  const records: LogRecord[] = []
  const duplicates: DuplicateRow[] = []
  const deadLetters: number[] = []
  fates.forEach((fate, index) => {
    const offset = firstSourceOffset + index
    // Only what is in the log already can be repeated.
    if (fate === 'appended' || (fate === 'duplicate' && records.length === 0)) {
      records.push(recordOf(records.length + 1, offset))
    } else if (fate === 'duplicate')
      duplicates.push({ sourceOffset: offset, shard, position: records.length })
    else if (fate === 'dead') deadLetters.push(offset)
  })
  const head = {
    position: records.length,
    firstSourceOffset,
    nextSourceOffset: firstSourceOffset + fates.length,
    sourceBase: 0,
    sourceBaseSince: 0,
    leaderEpoch: null,
    splits: 0,
    keyMismatches: 0,
    topicId: null,
    watermark: null,
    duplicates: duplicates.length,
    deadLettered: deadLetters.length,
    notRecords: fates.length - records.length - duplicates.length - deadLetters.length,
  }
  return { head, records, duplicates, deadLetters }
}

async function* pagesOf<Item>(items: readonly Item[], size = 3): AsyncGenerator<readonly Item[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size)
}

const audit = ({ head, records, duplicates, deadLetters }: Contents): Promise<ShardAudit> =>
  auditShard({
    shard,
    head,
    positions: new Map([
      [shard, head.position],
      [7, 5],
    ]),
    records: pagesOf(records),
    duplicates: pagesOf(duplicates),
    deadLetters: pagesOf(deadLetters),
  })

const fates = fc.array(fc.constantFrom<Fate>('appended', 'duplicate', 'dead', 'none'), { maxLength: 40 })
const usual: Fate[] = ['appended', 'dead', 'appended', 'none', 'duplicate', 'appended']

describe('the audit of a shard', () => {
  test('accounts for every offset of a sound one, whatever became of each', async () => {
    await fc.assert(
      fc.asyncProperty(fates, fc.nat(), async (each, first) => {
        const result = await audit(shardOf(each, first))
        expect(result.faults).toEqual([])
        expect(result.appended + result.duplicates + result.deadLettered + result.notRecords).toBe(
          each.length,
        )
      }),
    )
  })

  test('finds any single row that is missing', async () => {
    await fc.assert(
      fc.asyncProperty(fates, fc.nat(), async (each, pick) => {
        const contents = shardOf(each)
        const lists = [contents.records, contents.duplicates, contents.deadLetters].filter(
          (list) => list.length > 0,
        )
        fc.pre(lists.length > 0)
        const list = lists[pick % lists.length]!
        list.splice(pick % list.length, 1)
        expect((await audit(contents)).faultCount).toBeGreaterThan(0)
      }),
    )
  })

  test('finds an offset that is two things at once, and names it', async () => {
    const contents = shardOf(usual)
    contents.deadLetters.push(102)
    const { faults } = await audit({ ...contents, head: { ...contents.head, deadLettered: 2 } })
    expect(faults).toEqual([{ sourceOffset: 102, message: 'is both appended and dead-lettered' }])
  })

  test('finds a gap in the positions', async () => {
    const contents = shardOf(usual)
    contents.records[1] = { ...recordOf(7, 102) }
    const { faults } = await audit(contents)
    expect(faults[0]).toEqual({ sourceOffset: 102, message: 'positions 2 to 6 are missing before it' })
    expect(faults[1]).toEqual({ sourceOffset: 105, message: 'position 3 where 8 comes next' })
  })

  test('finds that the last positions are missing', async () => {
    const contents = shardOf(usual)
    contents.records.splice(1)
    const { faults } = await audit(contents)
    expect(faults).toContainEqual({
      sourceOffset: undefined,
      message: 'positions 2 to 3 are missing at the end',
    })
  })

  test('finds an id that is not that of its payload', async () => {
    const contents = shardOf(usual)
    contents.records[2] = { ...contents.records[2]!, eventId: idOf(99) }
    const { faults } = await audit(contents)
    expect(faults).toHaveLength(1)
    expect(faults[0]).toMatchObject({ sourceOffset: 105, message: expect.stringContaining(idOf(3)) })
  })

  test('finds a payload that is no event', async () => {
    const contents = shardOf(usual)
    contents.records[0] = { ...contents.records[0]!, value: Buffer.from('{') }
    const { faults } = await audit(contents)
    expect(faults).toEqual([{ sourceOffset: 100, message: expect.stringContaining('can no longer be read') }])
  })

  test('finds a duplicate of an event that is not there', async () => {
    const contents = shardOf(usual)
    contents.duplicates[0] = { sourceOffset: 104, shard, position: 4 }
    expect((await audit(contents)).faults[0]).toMatchObject({ sourceOffset: 104 })
  })

  test('looks for the event of a duplicate in the shard that has it', async () => {
    const contents = shardOf(usual)
    contents.duplicates[0] = { sourceOffset: 104, shard: 7, position: 5 }
    expect((await audit(contents)).faults).toEqual([])
    for (const missing of [
      { shard: 7, position: 6 },
      { shard: 8, position: 1 },
    ]) {
      contents.duplicates[0] = { sourceOffset: 104, ...missing }
      expect((await audit(contents)).faults).toEqual([
        {
          sourceOffset: 104,
          message: `a duplicate of position ${missing.position} of shard ${missing.shard}, which does not exist`,
        },
      ])
    }
  })

  test.each([
    ['events', { position: 2 }],
    ['duplicates', { duplicates: 0 }],
    ['dead letters', { deadLettered: 2 }],
    ['offsets without a record', { notRecords: 2 }],
  ])('finds a head that miscounts its %s', async (name, wrong) => {
    const contents = shardOf(usual)
    const { faults } = await audit({ ...contents, head: { ...contents.head, ...wrong } })
    expect(faults).toEqual([{ sourceOffset: undefined, message: expect.stringContaining(name) }])
  })

  test('names the first offset that left no trace if that cannot be', async () => {
    const contents = shardOf(usual)
    const { faults } = await audit({ ...contents, head: { ...contents.head, notRecords: 0 } })
    expect(faults).toEqual([{ sourceOffset: 103, message: expect.stringContaining('without a record') }])
  })

  test('takes no notice of what is appended while it runs', async () => {
    const before = shardOf(usual)
    const after = shardOf([...usual, 'appended', 'dead', 'duplicate'])
    expect(await audit({ ...after, head: before.head })).toEqual(await audit(before))
  })

  test('names the first few faults and counts them all', async () => {
    const contents = shardOf(Array.from({ length: 50 }, () => 'appended' as const))
    contents.records.forEach((record, at) => (contents.records[at] = { ...record, eventId: idOf(0) }))
    const { faults, faultCount } = await audit(contents)
    expect(faultCount).toBe(50)
    expect(faults.map(({ sourceOffset }) => sourceOffset)).toEqual(
      Array.from({ length: 20 }, (_, at) => 100 + at),
    )
  })
})
