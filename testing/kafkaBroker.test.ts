import { fork } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest'
import { ensureTestKafka } from './kafkaForTests.ts'
import { KafkaUnavailableError, prepareKafka } from './kafkaJars.ts'

const canStart = inject('kafkaBrokers') !== null

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

// That it comes back on its port once stopped is what the tests of outages stand on.
describe('a Kafka broker of our own', () => {
  let dir: string
  beforeEach(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'patterns-broker-'))
  })
  afterEach(async () => {
    vi.unstubAllEnvs()
    await rm(dir, { recursive: true, force: true })
  })

  it.skipIf(!canStart)(
    'dies with a parent that is killed',
    async () => {
      const parent = fork(path.join(import.meta.dirname, 'kafkaBrokerParent.ts'), [dir], { silent: true })
      const [pid] = (await once(parent, 'message')) as [number]
      expect(isAlive(pid)).toBe(true)
      parent.kill('SIGKILL')
      await vi.waitFor(() => expect(isAlive(pid)).toBe(false), 10_000)
    },
    120_000,
  )

  it('says in words what is missing on a machine that cannot run it', async () => {
    vi.stubEnv('PATH', dir)
    await expect(prepareKafka(dir)).rejects.toThrow(
      new KafkaUnavailableError('Kafka needs java (17 or newer), which does not run on this machine'),
    )
    expect(await ensureTestKafka({})).toEqual({
      unavailable: 'Kafka needs java (17 or newer), which does not run on this machine',
    })
    await writeFile(path.join(dir, 'java'), '#!/bin/sh\n', { mode: 0o755 })
    await expect(prepareKafka(dir)).rejects.toThrow(
      'Kafka needs mvn (Maven), which does not run on this machine',
    )
  })

  it('is not started if a broker is given', async () => {
    expect(await ensureTestKafka({ KAFKA_BROKERS: 'given:9092' })).toMatchObject({ brokers: 'given:9092' })
  })

  it('is fetched once by callers at the same time, past the lock of one that crashed', async () => {
    const bin = path.join(dir, 'bin')
    const cache = path.join(dir, 'cache')
    await mkdir(bin)
    await mkdir(cache)
    await writeFile(path.join(bin, 'java'), '#!/bin/sh\n', { mode: 0o755 })
    const maven = `#!/bin/sh\n[ "$1" = -version ] && exit\necho run >> "${dir}/runs"\nmkdir libs\n: > libs/kafka.jar\n`
    await writeFile(path.join(bin, 'mvn'), maven, { mode: 0o755 })
    vi.stubEnv('PATH', `${bin}:${process.env['PATH']}`)
    const lock = path.join(cache, 'lock')
    await writeFile(lock, String(2 ** 30)) // no process has this id
    await utimes(lock, new Date(), new Date())
    const prepared = await Promise.all([1, 2, 3].map(async () => prepareKafka(cache)))
    expect(new Set(prepared).size).toBe(1)
    expect(await readdir(prepared[0]!)).toEqual(['kafka.jar'])
    expect(await readdir(cache)).toEqual([path.basename(prepared[0]!)])
  })
})
