import { standingsChannel } from '@patterns/read-model/notification.ts'
import { servedVersion } from '@patterns/read-model/served.ts'
import { lockStandings } from '@patterns/read-model/writing/lockStandings.ts'
import { createLogger } from '@patterns/shared/logger.ts'
import type pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createStandingsFixture } from '../testing/standingsFixture.ts'
import { createSteppedClock, type SteppedClock } from '../testing/steppedClock.ts'
import { readStandings, readStandingsCheckpoint } from '../testing/storedStandings.ts'
import { used } from '../testing/trendsFixture.ts'
import { createStandings, type Standings } from './standings.ts'

const fixture = createStandingsFixture()
const now = Date.UTC(2026, 3, 8, 10, 30)
const patternId = '0197a3b4-0000-7000-8000-000000000001'
const use = () => used(patternId, now).event

let clock: SteppedClock
let standings: Standings
const start = (pool = fixture.pool): void => {
  standings = createStandings({
    pool,
    logger: createLogger('test', 'silent'),
    clock,
    backoff: () => 100,
  })
  standings.start()
}
/** Lets time pass, and what becomes due be done. */
const step = async (milliseconds: number): Promise<void> => {
  clock.step(milliseconds)
  await standings.settled()
}
const position = async (): Promise<number | undefined> =>
  (await readStandingsCheckpoint(fixture.pool))?.vector.get(0)

beforeEach(async () => {
  clock = createSteppedClock(now)
  await fixture.clear()
})
afterEach(() => standings.stop())

describe('standings', () => {
  it('are refreshed once a second', async () => {
    start()
    await standings.settled()
    await fixture.append(0, [use()])
    await step(999)
    expect(await position()).toBeUndefined()
    await step(1)
    expect(await position()).toBe(1)
    await fixture.append(0, [use(), use()])
    await step(1_000)
    expect(await position()).toBe(3)
    expect(standings.state()).toEqual({ status: 'running', reason: undefined, lagEvents: 0, ageSeconds: 0 })
  })

  it('rest after a long refresh for four times its length, and for 15 seconds at most', async () => {
    let tookMs = 0
    const slow = {
      query: () => Promise.resolve(),
      connect() {
        clock.step(tookMs)
        return fixture.pool.connect()
      },
    } as unknown as pg.Pool
    const waits: number[] = []
    const { schedule } = clock
    clock = { ...clock, schedule: (run, delayMs) => (waits.push(delayMs), schedule(run, delayMs)) }
    start(slow)
    await standings.settled()
    for (const [took, rest] of [
      [100, 1_000],
      [200, 900],
      [1_000, 800],
      [5_000, 4_000],
    ] as const) {
      tookMs = took
      await step(rest)
    }
    expect(waits).toEqual([1_000, 900, 800, 4_000, 15_000])
  })

  it('tell readers when they were refreshed', async () => {
    const reader = await fixture.pool.connect()
    try {
      const notified = new Promise((resolve) => reader.once('notification', resolve))
      await reader.query(`listen ${standingsChannel}`)
      await fixture.append(0, [use()])
      start()
      expect(await notified).toMatchObject({ channel: standingsChannel, payload: '' })
      await reader.query('unlisten *')
    } finally {
      reader.release()
    }
  })

  it('say how far they are behind while no processor refreshes them', async () => {
    const other = await fixture.pool.connect()
    try {
      await fixture.append(0, [use(), use()])
      await other.query('begin')
      await lockStandings(other, servedVersion)
      start()
      await standings.settled()
      await step(1_000)
      expect(standings.state()).toEqual({ status: 'running', reason: undefined, lagEvents: 2, ageSeconds: 1 })
    } finally {
      await other.query('rollback')
      other.release()
    }
    await step(1_000)
    expect(standings.state()).toMatchObject({ lagEvents: 0, ageSeconds: 0 })
  })

  it('are tried again when the database failed', async () => {
    await fixture.append(0, [use()])
    let isDown = true
    const failing = {
      query: () => Promise.resolve(),
      connect: () =>
        isDown
          ? Promise.reject(Object.assign(new Error('no room'), { code: '53100' }))
          : fixture.pool.connect(),
    } as unknown as pg.Pool
    start(failing)
    await standings.settled()
    expect(standings.state()).toMatchObject({ status: 'retrying', reason: 'no room' })
    isDown = false
    await step(100)
    expect(standings.state()).toMatchObject({ status: 'running', reason: undefined })
    expect(await position()).toBe(1)
  })

  it('stop at a fault of our own, and say which', async () => {
    await fixture.append(0, [use()])
    await fixture.pool.query('alter table closed_standings_v1_7d rename column errors to faults')
    try {
      start()
      await standings.settled()
    } finally {
      await fixture.pool.query('alter table closed_standings_v1_7d rename column faults to errors')
    }
    expect(standings.state()).toMatchObject({ status: 'stopped', reason: expect.stringContaining('errors') })
    await step(60_000)
    expect(await position()).toBeUndefined()
  })

  it('give up what they are at when they are stopped', async () => {
    await fixture.append(0, [use()])
    const blocker = await fixture.pool.connect()
    try {
      await blocker.query('begin')
      await blocker.query('lock table open_standings_v1')
      start()
      await expect
        .poll(
          async () =>
            (
              await fixture.pool.query(
                `select from pg_locks join pg_database on pg_database.oid = database
                 where not granted and datname = current_database()`,
              )
            ).rowCount,
        )
        .toBe(1)
      const stopped = standings.stop()
      await blocker.query('commit')
      await stopped
    } finally {
      blocker.release()
    }
    expect((await readStandings(fixture.pool)).open).toEqual({})
    expect(await position()).toBeUndefined()
  })
})
