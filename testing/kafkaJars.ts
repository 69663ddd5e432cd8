import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'

const kafkaVersion = '4.4.0'
const lockPollMs = 200
const staleLockMs = 10 * 60_000

/** Kafka cannot be had on this machine. The message is one line that says what is missing. */
export class KafkaUnavailableError extends Error {
  override readonly name = 'KafkaUnavailableError'
}

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>patterns</groupId>
  <artifactId>kafka-for-tests</artifactId>
  <version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${kafkaVersion}</version></dependency>
    <!-- Kafka's own producer on the command line; what it needs beside the broker's jars is for other tools. -->
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka-tools</artifactId><version>${kafkaVersion}</version>
      <exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
  </dependencies>
</project>
`

/** Where Kafka's jars are kept by default: under the project's data folder, so one download serves every run. */
export const defaultKafkaCacheDir = path.resolve(import.meta.dirname, '../.data/kafka')

/**
 * The folder with the jars of a Kafka broker and Kafka's own tools, fetched with Maven the first time. Callers at the same time
 * wait for the first one.
 * @throws KafkaUnavailableError if `java` or `mvn` is missing or the jars cannot be downloaded
 */
export const prepareKafka = async (cacheDir = defaultKafkaCacheDir): Promise<string> => {
  const libs = path.join(cacheDir, `libs-${kafkaVersion}-tools`)
  await requireCommand('java', ['-version'], 'java (17 or newer)')
  if (await exists(libs)) return libs
  await requireCommand('mvn', ['-version'], 'mvn (Maven)')
  await mkdir(cacheDir, { recursive: true })
  await underLock(path.join(cacheDir, 'lock'), async () => {
    if (!(await exists(libs))) await download(cacheDir, libs)
  })
  return libs
}

const exists = async (file: string) =>
  stat(file).then(
    () => true,
    () => false,
  )

const execute = promisify(execFile)

const requireCommand = async (command: string, parameters: string[], described: string) => {
  try {
    await execute(command, parameters)
  } catch (cause) {
    throw new KafkaUnavailableError(`Kafka needs ${described}, which does not run on this machine`, { cause })
  }
}

const download = async (cacheDir: string, libs: string) => {
  const folder = await mkdtemp(path.join(cacheDir, 'download-'))
  try {
    await writeFile(path.join(folder, 'pom.xml'), pom)
    const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', '-DoutputDirectory=libs']
    await execute('mvn', ['--batch-mode', '--quiet', ...goal], { cwd: folder, maxBuffer: 16 << 20 })
    await rename(path.join(folder, 'libs'), libs).catch(async (error: unknown) => {
      if (!(await exists(libs))) throw error // else another process was faster, which is as good
    })
  } catch (cause) {
    const output = (cause as { stdout?: string }).stdout ?? ''
    const reason = /\[ERROR\] (.*)/.exec(output)?.[1] ?? (cause as Error).message
    throw new KafkaUnavailableError(`Maven could not fetch Kafka ${kafkaVersion}: ${reason}`, { cause })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/**
 * Maven's own repository is not safe for two writers, hence the lock. The holder's pid is in it, so that a
 * crashed holder blocks no one. Should two callers ever both believe they hold it, the rename keeps the
 * jars whole: the lock saves work, it does not carry correctness.
 */
const underLock = async (file: string, work: () => Promise<void>) => {
  while (!(await take(file))) {
    if (await isStale(file)) await rm(file, { force: true })
    else await wait(lockPollMs)
  }
  try {
    await work()
  } finally {
    await rm(file, { force: true })
  }
}

const take = async (file: string) => {
  try {
    const handle = await open(file, 'wx')
    await handle.writeFile(String(process.pid))
    await handle.close()
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

const isStale = async (file: string) => {
  const [holder, facts] = await Promise.all([
    readFile(file, 'utf8').catch(() => ''),
    stat(file).catch(() => undefined),
  ])
  if (!facts) return false
  if (Date.now() - facts.mtimeMs > staleLockMs) return true
  return holder !== '' && !isAlive(Number(holder))
}

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
