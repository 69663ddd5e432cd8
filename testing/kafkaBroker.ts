import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'

import { freePort } from './freePort.ts'
import { brokerSettings, host } from './kafkaBrokerSettings.ts'
import { defaultKafkaCacheDir, KafkaUnavailableError, prepareKafka } from './kafkaJars.ts'
import { type KafkaProcess, launch, untilAnswers } from './kafkaProcess.ts'

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
  /** Of a broker that it is to join, whose controller `properties` name. Default: a cluster of its own. */
  readonly clusterId?: string
  /** Who may log in with SCRAM, which is kept in the cluster's own metadata: `SCRAM-SHA-512=[name=…,password=…]`. */
  readonly scram?: string
  /** Further broker settings; they win over ours. */
  readonly properties?: Readonly<Record<string, string>>
  /** Where the jars are kept; default `.data/kafka` in the project. */
  readonly cacheDir?: string
}

export interface KafkaBroker {
  /** What `KAFKA_BROKERS` takes. */
  readonly brokers: string
  readonly clusterId: string
  /** The JVM's process id; `undefined` while stopped. */
  readonly pid: number | undefined
  /** Shuts down in order. Idempotent. */
  stop(): Promise<void>
  /** Ends it as a crash would. */
  kill(): Promise<void>
  /** Starts again on the same data and port, stopping first if it runs. Resolves once it answers. */
  restart(): Promise<void>
}

/**
 * Starts a real single-node Kafka and resolves once it answers. It dies with this process, however this
 * process ends.
 * @throws KafkaUnavailableError if it cannot run on this machine, with the end of the broker's log
 */
export const startKafkaBroker = async ({
  dir,
  port,
  numPartitions = 4,
  heapMebibytes = 512,
  isShortLived = false,
  clusterId = newClusterId(),
  scram,
  properties = {},
  cacheDir = defaultKafkaCacheDir,
}: KafkaBrokerOptions): Promise<KafkaBroker> => {
  const classPath = path.join(await prepareKafka(cacheDir), '*')
  let brokerPort = 0
  const configuration = path.join(dir, 'server.properties')
  const logFile = path.join(dir, 'broker.log')
  await mkdir(dir, { recursive: true })
  const choosePorts = async () => {
    brokerPort = port ?? (await freePort())
    const settings = { ...brokerSettings(dir, brokerPort, await freePort(), numPartitions), ...properties }
    const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`)
    await writeFile(configuration, lines.join(''))
  }
  await choosePorts()
  const jvm = isShortLived ? shortLivedJvm : []
  await format(dir, classPath, configuration, clusterId, scram)

  let running: KafkaProcess | undefined
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
  for (let attempt = 1; ; attempt++) {
    try {
      await start()
      break
    } catch (error) {
      await end('SIGKILL')
      // A port that was free may be taken until the broker binds it a second later.
      if (attempt === maxAttempts) throw error
      await choosePorts()
    }
  }
  return {
    brokers: `${host}:${brokerPort}`,
    clusterId,
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

/** A broker that ends as it starts may have found one of its ports taken, and is started on others. */
const maxAttempts = 2

const newClusterId = (): string => {
  const id = randomBytes(16)
  id[0]! &= 0x7f // or it may begin with a dash, which would be read as an option
  return id.toString('base64url')
}

const format = async (
  dir: string,
  classPath: string,
  configuration: string,
  clusterId: string,
  scram: string | undefined,
) => {
  if (await stat(path.join(dir, 'data', 'meta.properties')).catch(() => undefined)) return
  const parameters = ['format', '--cluster-id', clusterId, '--config', configuration]
  if (scram !== undefined) parameters.push('--add-scram', scram)
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
    const reason = stderr.split('\n').find((line) => /Exception|ERROR/.test(line)) ?? message
    throw new KafkaUnavailableError(`Kafka's storage could not be formatted: ${reason.trim()}`, { cause })
  }
}
