import { setTimeout as wait } from 'node:timers/promises'

export interface UntilReadyOptions {
  /** The address to ask. */
  readonly url: string
  /** Aborts the waiting. */
  readonly stopping: AbortSignal
  /** Told now and then what it answers instead of 200. */
  readonly onWaiting: (answer: string) => void
  /** How often it is told, in milliseconds. */
  readonly tellEveryMs?: number
}

const everyMs = 50

/** Asks until the answer is 200. Rejects when aborted. */
export const untilReady = async (options: UntilReadyOptions): Promise<void> => {
  const { url, stopping, onWaiting, tellEveryMs = 5_000 } = options
  let tellAt = performance.now() + tellEveryMs
  for (;;) {
    const answer = await ask(url)
    if (answer === undefined) return
    if (performance.now() >= tellAt) {
      onWaiting(answer)
      tellAt = performance.now() + tellEveryMs
    }
    await wait(everyMs, undefined, { signal: stopping })
  }
}

/** `undefined` for 200, else what was answered. */
const ask = async (url: string): Promise<string | undefined> => {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) })
    const body = (await response.text()).trim()
    return response.status === 200 ? undefined : `${response.status} ${body}`
  } catch (error) {
    const { message, cause } = error as Error & { cause?: Error }
    return cause?.message || message
  }
}
