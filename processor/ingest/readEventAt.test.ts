import { createMemoryEventLog } from '@patterns/event-log/testing/memoryEventLog.ts'
import type { EventLog } from '@patterns/event-log/eventLog.ts'
import { eventAt, idAt, toAppend } from '@patterns/event-log/testing/newEvents.ts'
import { describe, expect, it, vi } from 'vitest'
import { isWorthRetrying } from '../shard/ownedShard.ts'
import { createEventReader } from './readEventAt.ts'

const given = async (events: number): Promise<EventLog> => {
  const log = createMemoryEventLog()
  const expected = await log.open(0, 0)
  await log.append({
    shard: 0,
    expected,
    ...toAppend({ events: Array.from({ length: events }, (_, i) => eventAt(i)) }),
  })
  return log
}

describe('reading an event by its position', () => {
  it('gives that event, in whatever order positions are asked for', async () => {
    const readEventAt = createEventReader(await given(2_500), 0)
    for (const position of [1, 2_500, 1_000, 1_001, 999, 2, 1]) {
      expect(await readEventAt(position)).toMatchObject({ position, eventId: idAt(position - 1) })
    }
  })

  it('reads a page once for neighbours', async () => {
    const log = await given(100)
    const read = vi.spyOn(log, 'read')
    const readEventAt = createEventReader(log, 0)
    for (const position of [10, 11, 12, 10, 50]) await readEventAt(position)
    expect(read).toHaveBeenCalledTimes(1)
    await readEventAt(9)
    expect(read).toHaveBeenCalledTimes(2)
  })

  it('of which the log knows nothing is a fault that says so, and that opening the shard again repairs', async () => {
    const readEventAt = createEventReader(await given(3), 0)
    const error = await readEventAt(4).catch((thrown: unknown) => thrown)
    expect(String(error)).toMatch('Shard 0 has no event at position 4')
    expect(isWorthRetrying(error)).toBe(true)
  })
})
