import { expect, it, vi } from 'vitest'
import { createRecordingOwner } from './recordingOwner.ts'
import type { Source } from './source.ts'
import { texts, type TopicScene } from './topicScene.ts'

/** What every source does where its topic was made anew: it reads nothing by the offsets of the old one. */
export const recreatedTopicContract = (scene: TopicScene): void => {
  const { publish, openSource, startSource } = scene
  it('tells a topic that was created anew from the one before, and no two runs apart', async () => {
    const patience = { timeout: 20_000 }
    // While it is made, a partition may have no leader yet, and then it has no ends.
    const idOf = async (source: Source) => (await source.ends().catch(() => []))[0]?.topicId ?? undefined
    await publish([{ key: null, value: 'v' }])
    const source = openSource()
    const before = await vi.waitUntil(() => idOf(source), patience)
    const other = openSource()
    expect(await vi.waitUntil(() => idOf(other), patience)).toBe(before)
    await scene.topic.recreate()
    await vi.waitUntil(async () => ![undefined, before].includes(await idOf(source)), patience)
  }, 70_000)

  it('asks the owner again when the topic is created anew under it', async () => {
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
    await scene.topic.recreate()
    await owner.until(() => source.stopped().length === 1, 40_000)
    expect(source.stopped()).toEqual([{ partition: 1, error: new Error('ends at 0, below 10') }])
    await scene.replacePublisher()
    await publish([0, 1, 2].map((partition) => ({ key: null, value: 'new', partition })))
    await owner.until(() => owner.messages.length === 12, 40_000)
    expect(texts(owner, 1)).not.toContain('new')
  }, 90_000)

  it('does not read a topic that was created anew between two runs', async () => {
    await publish([{ key: null, value: 'v', partition: 0 }])
    const owner = createRecordingOwner({ offsets: new Map([[0, 500]]) })
    const source = await startSource(owner)
    await owner.until(() => source.stopped().length === 1)
    expect(owner.messages).toEqual([])
  })
}
