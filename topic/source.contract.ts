import { expect, it } from 'vitest'
import { createRecordingOwner } from './testing/recordingOwner.ts'
import { numbered, texts, type TopicFixture } from './testing/topicFixture.ts'

/** Where every source reads: from the offsets that the owner of each partition says. */
export const sourceContract = ({ publish, openSource, startSource }: TopicFixture): void => {
  it('begins where the owner says', async () => {
    await publish(Array.from({ length: 10 }, (_, index) => ({ key: null, value: `${index}`, partition: 1 })))
    const owner = createRecordingOwner({ offsets: new Map([[1, 7]]) })
    await startSource(owner)
    await owner.until(() => owner.messages.length === 3)
    expect(texts(owner)).toEqual(['7', '8', '9'])
    expect(owner.batches[0]?.firstOffset).toBe(7)
    expect(owner.log).toContain('assigned 1 at 10')
  })

  it('seeks if the owner answers another offset than the next', async () => {
    await publish(Array.from({ length: 10 }, (_, index) => ({ key: null, value: `${index}`, partition: 0 })))
    let hasSought = false
    const owner = createRecordingOwner({
      take: () => {
        if (hasSought) return undefined
        hasSought = true
        return 4
      },
    })
    await startSource(owner)
    await owner.until(() => owner.messages.length === 16)
    expect(owner.batches.map(({ firstOffset }) => firstOffset)).toEqual([0, 4])
    expect(texts(owner).slice(10)).toEqual(['4', '5', '6', '7', '8', '9'])
  })

  it('tells what lies at an offset now, also while it is not started', async () => {
    await publish(Array.from({ length: 3 }, (_, index) => ({ key: null, value: `${index}`, partition: 1 })))
    const { valueAt } = openSource().history(1)
    expect(String(await valueAt(0))).toBe('0')
    expect(String(await valueAt(2))).toBe('2')
    expect(await valueAt(3)).toBeUndefined()
    const started = await startSource(createRecordingOwner())
    expect(String(await started.history(1).valueAt(1))).toBe('1')
  })

  it('goes on where the previous owner ended', async () => {
    const offsets = new Map<number, number>()
    const first = createRecordingOwner({ offsets })
    const source = await startSource(first)
    await publish(numbered(100))
    await first.until(() => first.messages.length === 100)
    await source.stop()
    await publish(numbered(100, 100))
    const second = createRecordingOwner({ offsets })
    await startSource(second)
    await second.until(() => second.messages.length === 100)
    expect(
      texts(second)
        .map(Number)
        .every((number) => number >= 100),
    ).toBe(true)
  })

  it('tells the ends, started or not', async () => {
    const source = openSource()
    await publish([
      { key: null, value: 'a', partition: 1 },
      { key: null, value: 'b', partition: 1 },
      { key: null, value: 'c', partition: 3 },
    ])
    const topicId = expect.any(String)
    const expected = [0, 2, 0, 1].map((endOffset, partition) => ({
      partition,
      startOffset: 0,
      endOffset,
      topicId,
    }))
    expect(await source.ends()).toEqual(expected)
    expect(source.status()).toBe('connecting')
    await source.start(createRecordingOwner())
    expect(await source.ends()).toEqual(expected)
    expect(source.status()).toBe('up')
  })
}
