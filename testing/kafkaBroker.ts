import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'

import { kafkaAnswers } from './kafkaAnswers.ts'
import { defaultKafkaCacheDir, KafkaUnavailableError, prepareKafka } from './kafkaJars.ts'

const host = '127.0.0.1'
const startTimeoutMs = 60_000
const stopTimeoutMs = 15_000
/** Only the quick compiler, and a garbage collector without threads of its own. */
const shortLivedJvm = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC']

export interface KafkaBrokerOptions {
  /** Where the broker keeps its data, configuration and log; kept after it stops. */
  readonly dir: string
  /** Default: a free one, chosen by the system. */
  readonly port?: number
  /** Partitions of a topic that is created without saying how many; default 4. */
  readonly numPartitions?: number
  /** The JVM's greatest heap; default 512. */
  readonly heapMebibytes?: number
  /** Starts sooner and with half the CPU, but is slower once it is warm: for tests, not for measurements. */
  readonly isShortLived?: boolean
  /** Further broker settings; they win over ours. */
  readonly properties?: Readonly<Record<string, string>>
  /** Where the jars are kept; default `.data/kafka` in the project. */
  readonly cacheDir?: string
}

export interface KafkaBroker {
  /** What `KAFKA_BROKERS` takes. */
  readonly brokers: string
  /** The JVM's process id; `undefined` while stopped. */
  readonly pid: number | undefined
  /** Shuts down in order. Idempotent. */
  stop(): Promise<void>
  /** Ends it as a crash would. */
  kill(): Promise<void>
  /** Starts again on the same data and port, stopping first where it runs. Resolves once it answers. */
  restart(): Promise<void>
}

/**
 * Starts a real single-node Kafka and resolves once it answers. It dies with this process, however this
 * process ends.
 * @throws KafkaUnavailableError where it cannot run on this machine, with the end of the broker's log
 */
export const startKafkaBroker = async ({
  dir,
  port,
  numPartitions = 4,
  heapMebibytes = 512,
  isShortLived = false,
  properties = {},
  cacheDir = defaultKafkaCacheDir,
}: KafkaBrokerOptions): Promise<KafkaBroker> => {
  const classPath = path.join(await prepareKafka(cacheDir), '*')
  const brokerPort = port ?? (await freePort())
  const configuration = path.join(dir, 'server.properties')
  const logFile = path.join(dir, 'broker.log')
  await mkdir(dir, { recursive: true })
  const settings = { ...brokerSettings(dir, brokerPort, await freePort(), numPartitions), ...properties }
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`)
  await writeFile(configuration, lines.join(''))
  const jvm = isShortLived ? shortLivedJvm : []
  await format(dir, classPath, configuration)

  let running: Process | undefined
  const start = async () => {
    running = launch(
      [...jvm, `-Xmx${heapMebibytes}m`, '-cp', classPath, 'kafka.Kafka', configuration],
      logFile,
    )
    await untilAnswers(running, brokerPort, logFile)
  }
  const end = async (signal: NodeJS.Signals) => {
    const ending = running
    running = undefined
    await ending?.end(signal)
  }
  try {
    await start()
  } catch (error) {
    await end('SIGKILL')
    throw error
  }
  return {
    brokers: `${host}:${brokerPort}`,
    get pid() {
      return running?.child.pid
    },
    stop: async () => end('SIGTERM'),
    kill: async () => end('SIGKILL'),
    restart: async () => {
      await end('SIGTERM')
      await start()
    },
  }
}

const brokerSettings = (dir: string, port: number, controllerPort: number, numPartitions: number) => ({
  'process.roles': 'broker,controller',
  'node.id': 1,
  'controller.quorum.voters': `1@${host}:${controllerPort}`,
  listeners: `PLAINTEXT://${host}:${port},CONTROLLER://${host}:${controllerPort}`,
  'advertised.listeners': `PLAINTEXT://${host}:${port}`,
  'controller.listener.names': 'CONTROLLER',
  'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
  'log.dirs': path.resolve(dir, 'data'),
  'num.partitions': numPartitions,
  'auto.create.topics.enable': false,
  'message.max.bytes': 4 << 20,
  // History is published with its own old timestamps: retention by time would delete it at once.
  'log.retention.ms': -1,
  'log.retention.bytes': -1,
  'log.message.timestamp.type': 'CreateTime',
  'log.segment.delete.delay.ms': 1_000,
  'log.cleaner.dedupe.buffer.size': 4 << 20, // 128 MiB by default, a quarter of this heap
  'offsets.topic.num.partitions': 1,
  'offsets.topic.replication.factor': 1,
  'transaction.state.log.num.partitions': 1,
  'transaction.state.log.replication.factor': 1,
  'transaction.state.log.min.isr': 1,
  'share.coordinator.state.topic.num.partitions': 1,
  'share.coordinator.state.topic.replication.factor': 1,
  'share.coordinator.state.topic.min.isr': 1,
  // A broker that was killed may register again only once its old session is over.
  'broker.session.timeout.ms': 2_000,
  'broker.heartbeat.interval.ms': 500,
  'group.initial.rebalance.delay.ms': 0,
  'group.min.session.timeout.ms': 1_000,
})

const format = async (dir: string, classPath: string, configuration: string) => {
  if (await stat(path.join(dir, 'data', 'meta.properties')).catch(() => undefined)) return
  const id = randomBytes(16)
  id[0]! &= 0x7f // or it may begin with a dash, which would be read as an option
  const clusterId = id.toString('base64url')
  const parameters = ['format', '--cluster-id', clusterId, '--config', configuration]
  try {
    await promisify(execFile)('java', [
      ...shortLivedJvm,
      '-cp',
      classPath,
      'kafka.tools.StorageTool',
      ...parameters,
    ])
  } catch (cause) {
    const { stderr = '', message } = cause as Error & { stderr?: string }
    const reason = stderr.split('\n').find((line) => /exception|error/i.test(line)) ?? message
    throw new KafkaUnavailableError(`Kafka's storage could not be formatted: ${reason.trim()}`, { cause })
  }
}

interface Process {
  readonly child: ChildProcess
  readonly ended: Promise<unknown>
  end(signal: NodeJS.Signals): Promise<void>
}

/**
 * A JVM beside a watcher: a shell that waits on a pipe from this process and, when that closes without a
 * word, kills the JVM. Nothing else survives `kill -9` of a parent on every Unix.
 */
const launch = (parameters: string[], logFile: string): Process => {
  const log = openSync(logFile, 'a')
  const child = spawn('java', parameters, { stdio: ['ignore', log, log], detached: true })
  closeSync(log)
  // 'error' is for a program that cannot be started; `exit` never comes then.
  const ended = new Promise((resolve) => child.once('exit', resolve).once('error', resolve))
  const watcher = spawn('sh', ['-c', 'read word || kill -9 "$1"', 'sh', String(child.pid ?? '')], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  watcher.on('error', () => undefined)
  watcher.stdin.on('error', () => undefined)
  void ended.then(() => watcher.stdin.end('done\n'))
  child.unref()
  watcher.unref()
  ;(watcher.stdin as unknown as { unref(): void }).unref()
  return {
    child,
    ended,
    end: async (signal) => {
      child.kill(signal)
      const force = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs)
      await ended
      clearTimeout(force)
    },
  }
}

const untilAnswers = async ({ child, ended }: Process, port: number, logFile: string) => {
  let exited = false
  void ended.then(() => (exited = true))
  const deadline = Date.now() + startTimeoutMs
  while (!(await kafkaAnswers(host, port))) {
    if (exited || Date.now() > deadline) {
      const log = await readFile(logFile, 'utf8').catch(() => '')
      const what = child.pid === undefined ? 'java was not found' : exited ? 'the broker ended' : 'no answer'
      throw new KafkaUnavailableError(
        `Kafka did not start: ${what}\n${log.trim().split('\n').slice(-15).join('\n')}`,
      )
    }
    await wait(100)
  }
}

const freePort = async () => {
  const server = createServer().listen(0, host)
  await once(server, 'listening')
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port was given')
  return address.port
}
