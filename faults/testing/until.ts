import { setTimeout as delay } from 'node:timers/promises'

const pollMs = 15

/**
 * Asks again and again until the answer is not `undefined`, and answers it. What the question throws counts
 * as not yet: the part that is asked may be down on purpose.
 * @throws after `withinMs`, with what was waited for and the last thing that kept it from coming
 */
export const until = async <Answer>(
  what: string,
  ask: () => Promise<Answer | undefined> | Answer | undefined,
  withinMs = 60_000,
): Promise<Answer> => {
  const deadline = performance.now() + withinMs
  let reason: unknown
  for (;;) {
    try {
      const answer = await ask()
      if (answer !== undefined) return answer
    } catch (error) {
      reason = error
    }
    if (performance.now() > deadline) throw new Error(`${what}: not within ${withinMs} ms`, { cause: reason })
    await delay(pollMs)
  }
}
