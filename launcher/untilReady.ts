import { setTimeout as wait } from 'node:timers/promises'
import type { Readiness } from './readiness.ts'

export interface UntilReadyOptions {
  /** The address to ask. */
  readonly url: string
  /** Reads an answer. */
  readonly read: (status: number, body: string) => Readiness
  /** Aborts the waiting. */
  readonly stopping: AbortSignal
  /** Told what it waits for, if that lasts, and again only when it is something else. */
  readonly onWaiting: (reason: string) => void
  /** How often it may be told, in milliseconds. */
  readonly reportEveryMs?: number
}

const everyMs = 50

/** Asks until the answer says that it is ready. Rejects when aborted. */
export const untilReady = async (options: UntilReadyOptions): Promise<void> => {
  const { url, read, stopping, onWaiting, reportEveryMs = 5_000 } = options
  let reportAt = performance.now() + reportEveryMs
  let reported: string | undefined
  for (;;) {
    const readiness = await ask(url, read)
    if (readiness.isReady) return
    if (performance.now() >= reportAt && readiness.reason !== reported) {
      onWaiting((reported = readiness.reason))
      reportAt = performance.now() + reportEveryMs
    }
    await wait(everyMs, undefined, { signal: stopping })
  }
}

const ask = async (url: string, read: UntilReadyOptions['read']): Promise<Readiness> => {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) })
    return read(response.status, await response.text())
  } catch (error) {
    const { message, cause } = error as Error & { cause?: Error }
    return { isReady: false, reason: cause?.message || message }
  }
}
