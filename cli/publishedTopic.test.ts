import { access, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestDatabase, type TestDatabase } from '@patterns/testing/database.ts'
import { freePort } from '@patterns/testing/freePort.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { goodLines } from './testing/sampleEvents.ts'
import { runCliInProcess } from './testing/runCliInProcess.ts'
import { type RunningProcessor, startProcessor } from './testing/startProcessor.ts'

const input = goodLines[0]!

let database: TestDatabase
let folder: string
/** Where the processor keeps its topic, and where nobody does. */
let read: string
let unread: string
let port: string
let processor: RunningProcessor
beforeAll(async () => {
  database = await createTestDatabase()
  folder = await mkdtemp(join(tmpdir(), 'patterns-topic-'))
  ;[read, unread] = [join(folder, 'read'), join(folder, 'unread')]
  port = String(await freePort())
  processor = await startProcessor({ DATABASE_URL: database.url, DATA_DIR: read, PROCESSOR_PORT: port })
  // As npm start does.
  await writeFile(join(read, 'processor.url'), `http://127.0.0.1:${port}\n`)
})
afterAll(async () => {
  await processor?.stop()
  await database.drop()
  await rm(folder, { recursive: true, force: true })
})

const publish = (env: Readonly<Record<string, string>>, ...options: string[]) =>
  runCliInProcess(['publish', ...options], { env: { PROCESSOR_PORT: '1', ...env }, input })

const topicIn = (dataDir: string) => `file topic in ${dataDir}/topic/pattern-usage-events`

test('publish says into which topic it sent, and that a processor reads it', async () => {
  const [told, json] = [await publish({ DATA_DIR: read }), await publish({ DATA_DIR: read }, '--json')]
  expect(told).toMatchObject({ code: 0, stdout: expect.not.stringContaining('no processor') })
  expect(JSON.parse(json.stdout)).toMatchObject({ topic: topicIn(read), processor: 'reads' })
  // One that was started alone is known by its port.
  await rm(join(read, 'processor.url'))
  const alone = await publish({ DATA_DIR: read, PROCESSOR_PORT: port }, '--json')
  await writeFile(join(read, 'processor.url'), `http://127.0.0.1:${port}\n`)
  expect(JSON.parse(alone.stdout)).toMatchObject({ processor: 'reads' })
})

test('publish says where what it sent lies if no processor reads it, and what the running processor reads', async () => {
  const [told, json] = [
    await publish({ DATA_DIR: unread, PROCESSOR_PORT: port }),
    await publish({ DATA_DIR: unread }, '--json'),
  ]
  expect(told.code).toBe(0)
  expect(told.stdout).toContain(`no processor reads the ${topicIn(unread)}: `)
  expect(told.stdout).toContain(`that at http://127.0.0.1:${port} reads the ${topicIn(read)}`)
  expect(JSON.parse(json.stdout)).toMatchObject({ topic: topicIn(unread), processor: 'none' })
})

test('publish sends nothing into another topic than that of the npm start in its folder', async () => {
  for (const options of [[], ['--test']]) {
    const refused = await publish(
      { DATA_DIR: read, DATABASE_URL: database.url, KAFKA_TOPIC: 'other' },
      ...options,
    )
    expect(refused).toMatchObject({ code: 2, stdout: '' })
    expect(refused.stderr).toContain(
      `npm start in ${read} reads the ${topicIn(read)}, and these settings lead to`,
    )
  }
  await expect(access(join(read, 'topic', 'other'))).rejects.toThrow('ENOENT')
})
