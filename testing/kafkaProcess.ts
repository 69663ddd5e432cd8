import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { kafkaAnswers } from './kafkaAnswers.ts'
import { host } from './kafkaBrokerSettings.ts'
import { KafkaUnavailableError } from './kafkaJars.ts'

const startTimeoutMs = 60_000
const stopTimeoutMs = 15_000

/** A broker's JVM. */
export interface KafkaProcess {
  readonly child: ChildProcess
  readonly ended: Promise<unknown>
  end(signal: NodeJS.Signals): Promise<void>
}

/**
 * A JVM beside a watcher: a shell that waits on a pipe from this process and, when that closes without a
 * word, kills the JVM. Nothing else survives `kill -9` of a parent on every Unix.
 */
export const launch = (parameters: string[], logFile: string): KafkaProcess => {
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

/** @throws KafkaUnavailableError if it ends or says nothing for a minute, with the end of its log */
export const untilAnswers = async ({ child, ended }: KafkaProcess, port: number, logFile: string) => {
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
