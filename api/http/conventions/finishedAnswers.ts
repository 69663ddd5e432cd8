import { setImmediate as yieldToEventLoop } from 'node:timers/promises'
import { LRUCache } from 'lru-cache'
import { type Vector, vectorText } from '@patterns/read-model/vector.ts'
import { asOf, isoTime } from './asOf.ts'
import { etagOf } from './etag.ts'
import { writeJson } from './rawJson.ts'

/** Where an answer comes from: what it would be as of right now. */
export interface FreshText {
  /** The vector as text. */
  readonly text: string
  /**
   * For how long, in milliseconds, an answer may be given that is not of the latest vector any more, while
   * the next one is made.
   */
  readonly staleMs: number
}

/** What was read and computed: the body, and the vector that it is true as of. */
export interface Made<Body> {
  readonly vector: Vector
  /** What the source said when it was as of that vector. Default: the vector as text. */
  readonly text?: string
  readonly body: Body
}

export type MakeBody<Body> = () => Promise<Made<Body>>

export interface FinishedAnswer {
  /** The vector that it is as of. */
  readonly text: string
  readonly etag: string
  readonly body: Buffer
  /** When it was last known to be of the latest vector. */
  currentAt: number
  /** Whether it was given to a request before. */
  wasGiven?: boolean
  zipped?: Promise<Buffer>
}

export interface FinishedAnswers {
  /** The answer as of the source's vector or, if `mayBeStale`, one that was current until a moment ago. */
  get(key: string, source: FreshText, make: MakeBody<object>, mayBeStale: boolean): Promise<FinishedAnswer>
  /** Requests from now on do not wait for the answer that is being made. */
  giveUp(key: string): void
}

export interface FinishedAnswersOptions {
  /** Which log is read. */
  readonly logId: () => string
  /** Epoch milliseconds. */
  readonly clock: () => number
  readonly now: () => number
  /** Finished bodies cached at most, in bytes. */
  readonly maxBytes: number
}

/** An answer that is being made. */
interface UnderWay {
  /** The text of its source when that began. */
  readonly text: string
  readonly made: Promise<FinishedAnswer>
  /** The answer after it, for which a request waits already. */
  next?: Promise<FinishedAnswer>
}

/** An answer is made again once it has been stale for this part of what it may be. */
const renewedFrom = 0.5
/** The other renewals do not wait longer than this for one of them, in milliseconds. */
const maxRenewalMs = 2_000

/**
 * Makes each answer once, however many requests ask for it at a time, and caches it until the vector moves. Answers that
 * may be a little stale are renewed one after the other, with other work in between. All of them change with the same
 * vector: renewed at once, they would hold up every request for as long as all take together.
 */
export const createFinishedAnswers = ({
  logId,
  clock,
  now,
  maxBytes,
}: FinishedAnswersOptions): FinishedAnswers => {
  const finished = new LRUCache<string, FinishedAnswer>({
    maxSize: maxBytes,
    // The compressed body is about a tenth of it.
    sizeCalculation: ({ body }, key) => Math.ceil(body.length * 1.1) + key.length * 2 + 200,
  })
  const underWay = new Map<string, UnderWay>()
  const renewals = new Map<string, () => Promise<void>>()
  let isRenewing = false

  const makeNow = async (key: string, make: MakeBody<object>): Promise<FinishedAnswer> => {
    const currentAt = now()
    const { vector, text = vectorText(vector), body } = await make()
    const json = writeJson({
      log_id: logId(),
      as_of: asOf(vector),
      generated_at: isoTime(clock()),
      ...body,
    })
    const made = { text, etag: etagOf(key, text), body: Buffer.from(json), currentAt }
    finished.set(key, made)
    return made
  }

  const makeOnce = (key: string, text: string, make: MakeBody<object>): Promise<FinishedAnswer> => {
    const known = underWay.get(key)
    if (known?.text === text) return known.made
    const made = makeNow(key, make).finally(() => {
      if (underWay.get(key)?.made === made) underWay.delete(key)
    })
    underWay.set(key, { text, made })
    return made
  }

  /**
   * An answer that many rows are read for is not made twice at a time, although the vector moves meanwhile: requests that
   * come then wait for its end, and after that for one that is made for all of them.
   */
  const makeInTurn = (key: string, source: FreshText, make: MakeBody<object>): Promise<FinishedAnswer> => {
    const known = underWay.get(key)
    if (known === undefined || known.text === source.text || source.staleMs === 0)
      return makeOnce(key, source.text, make)
    known.next ??= known.made.then(
      () => makeOnce(key, source.text, make),
      () => makeOnce(key, source.text, make),
    )
    return known.next
  }

  /** Resolves when the work is done, or when that takes too long: it may still end. */
  const doneOrLate = async (work: Promise<unknown>): Promise<void> => {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, maxRenewalMs)))
    // After a failure the cached answer is given until it is too old; the next request then meets the fault.
    await Promise.race([work.catch(() => {}), late])
    clearTimeout(timer)
  }

  const renew = async (): Promise<void> => {
    if (isRenewing) return
    isRenewing = true
    for (const [key, renewal] of renewals) {
      await yieldToEventLoop()
      renewals.delete(key)
      await doneOrLate(renewal())
    }
    isRenewing = false
  }

  return {
    async get(key, source, make, mayBeStale) {
      const known = finished.get(key)
      if (known?.text === source.text) {
        known.currentAt = now()
        return known
      }
      const staleMs = known === undefined ? Number.POSITIVE_INFINITY : now() - known.currentAt
      if (known === undefined || !mayBeStale || staleMs > source.staleMs) return makeInTurn(key, source, make)
      if (staleMs > source.staleMs * renewedFrom) {
        renewals.set(key, async () => {
          // A request may have waited for it meanwhile.
          if (finished.peek(key)?.text !== source.text) await makeInTurn(key, source, make)
        })
        void renew()
      }
      return known
    },
    giveUp: (key) => void underWay.delete(key),
  }
}
