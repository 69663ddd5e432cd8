import { histories, type RecordedEvent } from '@patterns/testing/eventHistories.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createProjectorFixture, someHistory } from '../testing/projectorFixture.ts'
import { readProjection, recountProjection, rowsAsText } from '../testing/storedProjection.ts'

const fixture = createProjectorFixture()
const { newShard, open } = fixture

const projectAtOnce = async (history: readonly RecordedEvent[]): Promise<number> => {
  const shard = newShard()
  const projector = await open(shard)
  await projector.take(history, 0)
  await projector.flush()
  return shard
}

/** What happens after a batch: nothing, a flush, or a crash that loses what was not flushed. */
const steps = fc.array(
  fc.record({
    events: fc.integer({ min: 0, max: 12 }),
    after: fc.constantFrom('nothing', 'nothing', 'flush', 'crash' as const),
  }),
  { minLength: 1, maxLength: 8 },
)

const projectInSteps = async (
  history: readonly RecordedEvent[],
  all: readonly { events: number; after: string }[],
  maxStates?: number,
): Promise<number> => {
  const shard = newShard()
  const reopen = () => open(shard, maxStates === undefined ? {} : { maxStates })
  let projector = await reopen()
  for (const { events, after } of all) {
    await projector.take(history.slice(projector.position(), projector.position() + events), 0)
    if (after === 'flush') await projector.flush()
    if (after !== 'crash') continue
    projector.close()
    projector = await reopen()
  }
  await projector.take(history.slice(projector.position()), 0)
  await projector.flush()
  return shard
}

describe('projecting a history', () => {
  it('gives just the rows, entries and checkpoint that a recount from the definitions gives', async () => {
    await fc.assert(
      fc.asyncProperty(histories(40), async (history) => {
        const shard = await projectAtOnce(history)
        expect(await readProjection(fixture.pool, shard)).toEqual(recountProjection(history))
      }),
      { numRuns: 20 },
    )
  })

  it('gives the same, to the last byte, in any batches, with any flushes, after any crashes', async () => {
    await fc.assert(
      fc.asyncProperty(histories(40), steps, async (history, all) => {
        const live = await projectInSteps(history, all)
        expect(await readProjection(fixture.pool, live)).toEqual(recountProjection(history))
        expect(await rowsAsText(fixture.pool, live)).toEqual(
          await rowsAsText(fixture.pool, await projectAtOnce(history)),
        )
      }),
      { numRuns: 20 },
    )
  })

  it('gives the same however few states it may keep in memory', async () => {
    await fc.assert(
      fc.asyncProperty(
        histories(40),
        steps,
        fc.integer({ min: 1, max: 8 }),
        async (history, all, maxStates) => {
          const shard = await projectInSteps(
            history,
            all.map(({ events }) => ({ events, after: 'flush' })),
            maxStates,
          )
          expect(await readProjection(fixture.pool, shard)).toEqual(recountProjection(history))
        },
      ),
      { numRuns: 20 },
    )
  })

  it('remembers the last event that came after its hour had settled', async () => {
    const at = (time: string): RecordedEvent => ({
      event: { ...someHistory[0]!.event, occurredAt: Date.parse(time) },
      recordedAt: Date.parse('2026-02-01T00:00:00Z'),
    })
    const shard = await projectAtOnce([
      at('2026-01-05T10:00:00Z'),
      at('2026-01-05T07:00:00Z'),
      at('2026-01-05T08:00:00Z'),
      at('2026-01-05T12:00:00Z'),
    ])
    expect((await readProjection(fixture.pool, shard)).checkpoint).toEqual({
      position: 4,
      watermark: Date.parse('2026-01-05T12:00:00Z'),
    })
  })
})
