import { fork } from 'node:child_process'
import { appendFile, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { encodeLine } from './fileLine.ts'
import { createPartitionReader, OffsetGoneError, type PartitionReader } from './partitionReader.ts'
import { createPartitionWriter } from './partitionWriter.ts'
import { openTopicFolder, partitionFile } from './topicFolder.ts'

const line = (value: string) => encodeLine({ timestamp: 1, key: null, value })
const lines = (...values: string[]) => Buffer.from(values.map(line).join(''))

describe('the file of a partition', () => {
  let folder: string
  let file: string
  let reader: PartitionReader

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'patterns-partition-'))
    file = partitionFile(folder, 0)
    await writeFile(file, '')
    reader = createPartitionReader(0, file)
  })
  afterEach(async () => {
    await reader.close()
    await rm(folder, { recursive: true, force: true })
  })
  const read = async (offset: number, maxBytes = 1 << 20) => {
    const batch = await reader.read(offset, maxBytes)
    return (
      batch && { ...batch, messages: batch.messages.map((message) => [message.offset, `${message.value}`]) }
    )
  }

  it('shows a line only once it is complete', async () => {
    expect(await reader.begin()).toBe(0)
    await appendFile(file, line('a') + line('b').slice(0, 10))
    expect(await read(0)).toMatchObject({ nextOffset: 1, endOffset: 1, messages: [[0, 'a']] })
    expect(await read(1)).toBeUndefined()
    await appendFile(file, line('b').slice(10))
    expect(await read(1)).toMatchObject({ firstOffset: 1, nextOffset: 2, messages: [[1, 'b']] })
  })

  it('ends a torn line when it is written to again, and that line is an offset without a record', async () => {
    await appendFile(file, line('a') + line('torn by a crash').slice(0, 20))
    const writer = createPartitionWriter(file)
    expect(await writer.append(lines('b', 'c'))).toBe(2)
    expect(await writer.append(lines('d'))).toBe(4)
    await writer.close()
    expect(await reader.begin()).toBe(5)
    expect(await read(0)).toMatchObject({
      firstOffset: 0,
      nextOffset: 5,
      messages: [
        [0, 'a'],
        [2, 'b'],
        [3, 'c'],
        [4, 'd'],
      ],
    })
  })

  it('is read in whole lines, one at least however long it is', async () => {
    const long = 'x'.repeat(5_000)
    await appendFile(file, lines('a', long, 'b', 'c'))
    await reader.begin()
    expect(await read(0, 100)).toMatchObject({ nextOffset: 1 })
    expect((await read(1, 100))?.messages[0]).toEqual([1, long])
    expect(await read(2, 100)).toMatchObject({ nextOffset: 4 })
  })

  it('is sought by line number, also far from the marks that are kept', async () => {
    const values = Array.from({ length: 10_000 }, (_, index) => `${index}`)
    await appendFile(file, lines(...values))
    await reader.begin()
    for (const offset of [9_999, 0, 4_096, 4_095, 8_193, 1])
      expect((await read(offset, 60))?.messages[0]).toEqual([offset, `${offset}`])
    expect(await read(10_000)).toBeUndefined()
    await expect(read(10_001)).rejects.toThrow(OffsetGoneError)
  })

  it('is refused once it was cut off or replaced, even if it is longer than before', async () => {
    await appendFile(file, lines('a', 'b'))
    await reader.begin()
    await truncate(file, 0)
    await expect(read(2)).rejects.toThrow(OffsetGoneError)
    expect(await reader.begin()).toBe(0)
    await rm(file)
    await writeFile(file, lines('new 1', 'new 2', 'new 3'))
    expect(await reader.endOffset()).toBe(3)
    await expect(read(0)).rejects.toThrow(OffsetGoneError)
    expect(await reader.begin()).toBe(3)
    expect((await read(0))?.messages).toHaveLength(3)
  })

  it('is never created by a writer: a partition that is gone must not come back empty', async () => {
    const writer = createPartitionWriter(file)
    await writer.append(lines('a'))
    await rm(file)
    await expect(writer.append(lines('b'))).rejects.toThrow('ENOENT')
    await writer.close()
  })

  it('takes lines of several processes at once, and each knows where its own lie', async () => {
    const processes = [1, 2, 3].map((name) =>
      fork(
        path.join(import.meta.dirname, '..', 'testing', 'appendingProcess.ts'),
        [file, String(name), '40'],
        {
          silent: true,
        },
      ),
    )
    const reports = await Promise.all(
      processes.map(async (child) => {
        const [placed] = (await once(child, 'message')) as [Record<string, number>]
        return placed
      }),
    )
    await reader.begin()
    const written = new Map<string, number>()
    for (let offset = 0; ;) {
      const batch = await reader.read(offset, 1 << 20)
      if (!batch) break
      for (const message of batch.messages) written.set(`${message.value}`, message.offset)
      offset = batch.nextOffset
    }
    const claimed = new Map(reports.flatMap((report) => Object.entries(report)))
    expect(claimed.size).toBe(3 * 40 * 5)
    expect(written).toEqual(claimed)
    // One may take the half-written lines of another for torn ones, and put an empty line, which is no message, between.
    const texts = (await readFile(file, 'utf8')).split('\n').filter((text) => text !== '')
    expect(texts).toHaveLength(claimed.size)
  })
})

describe('the folder of a file topic', () => {
  it('has the number of partitions that it was created with, whoever opens it', async () => {
    const dataDir = await mkdtemp(path.join(tmpdir(), 'patterns-folder-'))
    const opened = await Promise.all(
      [2, 3, 5].map(async (count) => openTopicFolder(dataDir, 'events', count)),
    )
    expect(new Set(opened.map(({ partitions }) => partitions)).size).toBe(1)
    expect(await openTopicFolder(dataDir, 'events', 9)).toEqual(opened[0])
    await rm(dataDir, { recursive: true })
  })

  it('names the setting if it cannot be made', async () => {
    await expect(openTopicFolder('/dev/null', 'events', 4)).rejects.toThrow(
      /^DATA_DIR: the file topic cannot be kept in \/dev\/null\/topic\/events: /,
    )
  })
})
