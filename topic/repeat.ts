import { createSignal } from './signal.ts'

export interface Repeating {
  /** Waits for the work under way. Idempotent. */
  stop(): Promise<void>
}

/** Does `work` again and again, `pauseMs` after it ended. It must not reject: what fails is its own to tell. */
export const repeat = (work: () => Promise<void>, pauseMs: number): Repeating => {
  const stopping = createSignal()
  let isStopped = false
  const run = async () => {
    for (;;) {
      await stopping.wait(pauseMs)
      if (isStopped) return
      await work()
    }
  }
  const running = run()
  return {
    async stop() {
      isStopped = true
      stopping.notify()
      await running
    },
  }
}
