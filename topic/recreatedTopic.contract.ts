import { expect, it, vi } from 'vitest'
import { createRecordingOwner } from './testing/recordingOwner.ts'
import type { Source } from './source.ts'
import { texts, type TopicFixture } from './testing/topicFixture.ts'

/** What every source does if its topic was made again: it reads nothing by the offsets of the old one. */
export const recreatedTopicContract = (fixture: TopicFixture): void => {
  const { publish, openSource, startSource } = fixture
  it('tells a topic that was created again from the one before, and no two runs apart', async () => {
    const patience = { timeout: 20_000 }
    // While it is made, a partition may have no leader yet, and then it has no ends.
    const idOf = async (source: Source) => (await source.ends().catch(() => []))[0]?.topicId ?? undefined
    await publish([{ key: null, value: 'v' }])
    const source = openSource()
    const before = await vi.waitUntil(() => idOf(source), patience)
    const other = openSource()
    expect(await vi.waitUntil(() => idOf(other), patience)).toBe(before)
    await fixture.topic.recreate()
    await vi.waitUntil(async () => ![undefined, before].includes(await idOf(source)), patience)
  }, 70_000)

  it('asks the owner again when the topic is created again under it', async () => {
    const stored = new Map<number, number>()
    const owner = createRecordingOwner({
      offsets: stored,
      assigned: (partition, endOffset) => {
        const next = stored.get(partition) ?? 0
        if (endOffset < next) throw new Error(`ends at ${endOffset}, below ${next}`)
        return next
      },
    })
    const source = await startSource(owner)
    await publish(Array.from({ length: 10 }, (_, index) => ({ key: null, value: `${index}`, partition: 1 })))
    await owner.until(() => owner.messages.length === 10)
    await fixture.topic.recreate()
    await owner.until(() => source.stopped().length === 1, 40_000)
    expect(source.stopped()).toEqual([{ partition: 1, error: new Error('ends at 0, below 10') }])
    await fixture.replacePublisher()
    await publish([0, 1, 2].map((partition) => ({ key: null, value: 'new', partition })))
    await owner.until(() => owner.messages.length === 12, 40_000)
    expect(texts(owner, 1)).not.toContain('new')
  }, 90_000)

  it('reads on where the owner says, once the partition is begun again', async () => {
    const owner = createRecordingOwner({ offsets: new Map([[1, 500]]) })
    const source = await startSource(owner)
    await publish([0, 1].map((partition) => ({ key: null, value: `first in ${partition}`, partition })))
    await owner.until(() => source.stopped().length === 1 && owner.messages.length === 1)
    // What keeps it stopped holds still: it is stopped again.
    const asked = () => owner.log.filter((line) => line.startsWith('assigned 1')).length
    const before = asked()
    source.beginAgain(1)
    await owner.until(() => source.stopped().length === 1 && asked() > before)

    owner.offsets.set(1, 0)
    source.beginAgain(1)
    await publish([{ key: null, value: 'second in 1', partition: 1 }])
    await owner.until(() => owner.messages.length === 3)
    expect(texts(owner, 1)).toEqual(['first in 1', 'second in 1'])
    expect(source.stopped()).toEqual([])
    // The other partition was not touched, nor is one that is not there.
    source.beginAgain(7)
    expect(owner.log.filter((line) => /^(assigned|revoked) 0/.test(line))).toHaveLength(1)
  })

  it('begins a partition again after the owner failed on a batch, and lets go of it before', async () => {
    let isBroken = true
    const owner = createRecordingOwner({
      take: () => {
        if (isBroken) throw new Error('bug on one event')
      },
    })
    const source = await startSource(owner)
    await publish([{ key: null, value: 'v', partition: 0 }])
    await owner.until(() => source.stopped().length === 1)
    isBroken = false
    source.beginAgain(0)
    await owner.until(() => owner.messages.length === 1)
    const told = owner.log.flatMap((line) => /^(assigned|revoked) 0/.exec(line)?.[1] ?? [])
    expect(told).toEqual(['assigned', 'revoked', 'assigned'])
  })

  it('does not read a topic that was created again between two runs', async () => {
    await publish([{ key: null, value: 'v', partition: 0 }])
    const owner = createRecordingOwner({ offsets: new Map([[0, 500]]) })
    const source = await startSource(owner)
    await owner.until(() => source.stopped().length === 1)
    expect(owner.messages).toEqual([])
  })
}
