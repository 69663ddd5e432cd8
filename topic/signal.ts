/** Wakes whoever waits. A notification while nothing waits is kept for the next wait. */
export interface Signal {
  notify(): void
  /** Resolves at the next notification, or after `timeoutMs`. */
  wait(timeoutMs?: number): Promise<void>
}

export const createSignal = (): Signal => {
  let isPending = false
  const waiting = new Set<() => void>()
  return {
    notify() {
      if (waiting.size === 0) isPending = true
      for (const wake of [...waiting]) wake()
    },
    async wait(timeoutMs) {
      if (isPending) {
        isPending = false
        return
      }
      await new Promise<void>((resolve) => {
        let timer: NodeJS.Timeout | undefined
        const wake = () => {
          clearTimeout(timer)
          waiting.delete(wake)
          resolve()
        }
        waiting.add(wake)
        if (timeoutMs !== undefined) timer = setTimeout(wake, timeoutMs)
      })
    },
  }
}
