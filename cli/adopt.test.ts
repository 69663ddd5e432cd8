import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { recordShardStop } from '@patterns/event-log/postgres/shardStops.ts'
import { patternEvents } from '@patterns/generator/events.ts'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createCliFixture, type CliFixture } from './testing/cliFixture.ts'
import { startProcessor } from './testing/startProcessor.ts'

const from = Date.UTC(2026, 3, 1)
const lines = [...patternEvents({ seed: 'adopt', from, to: from + 86_400_000, eventsPerSecond: 0.005 })].map(
  ({ value }) => value,
)
const half = Math.floor(lines.length / 2)

let fixture: CliFixture
beforeEach(async () => {
  fixture = await createCliFixture()
})
afterEach(() => fixture.end())

describe('shards adopt', () => {
  test('goes on with a topic that was created again: nothing is lost, nothing counted twice', async () => {
    await fixture.publish(lines.slice(0, half))
    await fixture.process(half)
    await rename(join(fixture.folder, 'topic'), join(fixture.folder, 'topic.old'))
    await fixture.publish(lines.slice(half, half + 10))

    const adopted = await fixture.cli('shards', 'adopt', '--shard', '0', '--yes')
    expect(adopted).toMatchObject({ code: 0, stdout: expect.stringContaining('created again') })

    await fixture.publish(lines.slice(half + 10))
    await fixture.process(lines.length)
    const [verified, exported] = await Promise.all([
      fixture.cli('log', 'verify', '--json'),
      fixture.cli('log', 'export'),
    ])
    expect(JSON.parse(verified.stdout)).toMatchObject({ ok: true, shards: [{ appended: lines.length }] })
    expect(exported.stdout).toBe(lines.map((line) => `${line}\n`).join(''))
    // Its own test event is found at its place in the new topic.
    const processor = await startProcessor(fixture.env)
    expect(await fixture.cli('publish', '--test')).toMatchObject({ code: 0 })
    await processor.stop()
  })

  test('goes on in a copy of the topic after what it read', async () => {
    await fixture.publish(lines.slice(0, 20))
    await fixture.process(20)
    await writeFile(join(fixture.folder, 'topic', 'pattern-usage-events', 'id'), 'a copy')
    await fixture.publish(lines.slice(20, 25))
    const adopted = await fixture.cli('shards', 'adopt', '--shard', '0', '--copy', '--yes')
    expect(adopted).toMatchObject({ code: 0, stdout: expect.stringContaining('as in a copy') })
    await fixture.process(25)
    expect((await fixture.cli('log', 'export')).stdout).toBe(
      lines
        .slice(0, 25)
        .map((line) => `${line}\n`)
        .join(''),
    )
  })

  test('changes nothing unless it is told to', async () => {
    await fixture.publish(lines.slice(0, 20))
    await fixture.process(20)
    await rename(join(fixture.folder, 'topic'), join(fixture.folder, 'topic.old'))
    await fixture.publish(lines.slice(20, 25))
    const before = await fixture.database.pool.query('select * from event_log_shards')
    const result = await fixture.cli('shards', 'adopt', '--shard', '0')
    expect(result).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') })
    expect((await fixture.database.pool.query('select * from event_log_shards')).rows).toEqual(before.rows)
    // Its offset was taken long ago, of the topic before.
    expect(await fixture.cli('publish', '--test')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/created again.*shards adopt --shard 0/),
    })
  })

  test('knows no shard that was never opened', async () => {
    expect(await fixture.cli('shards', 'adopt', '--shard', '3')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^error: There is no shard 3; the log has [^\n]+\n$/),
    })
  })
})

test('publish --test says where an event got stuck', async () => {
  await fixture.publish(lines.slice(0, 1))
  const result = await fixture.cli('publish', '--test', '--timeout', '0.5')
  expect(result).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('no processor took it within 0.5 s'),
  })
  await recordShardStop(fixture.database.pool, 0, {
    reason: 'failed',
    message: 'It fell over.',
    command: null,
  })
  expect(await fixture.cli('publish', '--test', '--timeout', '0.5')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('since shard 0 stopped: It fell over.'),
  })
})
