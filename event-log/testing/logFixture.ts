import { uuidFromBytes } from '@patterns/shared/contract/uuid.ts'
import { afterAll, beforeAll, expect } from 'vitest'
import type { Append, EventLog, LogRecord, LogEnd } from '../eventLog.ts'
import { eventAt, toAppend } from './newEvents.ts'

/** A store that event logs can be made on. */
export interface LogStore {
  /** A log on the store: called again, what a process finds after a restart. */
  connect(): EventLog
  close(): Promise<void>
}

/** A log on a store, and shards of it that no other test uses. */
export interface LogFixture {
  readonly log: EventLog
  /** Another log on the same store. */
  connect(): EventLog
  newShard(): number
  /** A new shard that begins at a source offset and has these batches. */
  given(
    firstSourceOffset: number,
    ...batches: Omit<Append, 'shard' | 'expected'>[]
  ): Promise<{ shard: number; head: LogEnd }>
}

/** Called in a suite: opens the store before its tests, and closes it after them. */
export const createLogFixture = (start: () => Promise<LogStore>): LogFixture => {
  let store: LogStore
  let log: EventLog
  let shards = 0
  const newShard = (): number => ++shards

  beforeAll(async () => {
    store = await start()
    log = store.connect()
  })
  afterAll(() => store.close())

  return {
    get log() {
      return log
    },
    connect: () => store.connect(),
    newShard,
    async given(firstSourceOffset, ...batches) {
      const shard = newShard()
      let head: LogEnd = await log.open(shard, firstSourceOffset)
      for (const batch of batches) {
        const result = await log.append({ shard, expected: head, ...batch })
        expect.assert(result.ok)
        head = result.head
      }
      return { shard, head }
    },
  }
}

/** A batch of events at these source offsets. */
export const events = (...offsets: number[]) => toAppend({ events: offsets.map((offset) => eventAt(offset)) })

/** All events of a shard after a position. */
export const readAll = async (log: EventLog, shard: number, afterPosition = 0): Promise<LogRecord[]> => {
  const records: LogRecord[] = []
  for await (const page of log.read(shard, afterPosition)) records.push(...page)
  return records
}

/** The latest ids of a shard, with their positions. */
export const idsOf = async (log: EventLog, shard: number, count: number) => {
  const ids: { position: number; id: string }[] = []
  for await (const page of log.recentIds(shard, count)) {
    for (let i = 0; i * 16 < page.ids.length; i++) {
      ids.push({ position: page.firstPosition + i, id: uuidFromBytes(page.ids, i * 16) })
    }
  }
  return ids
}
