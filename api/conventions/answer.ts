import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { windowMs } from '@patterns/projections/window.ts'
import type { Context, TypedResponse } from 'hono'
import { LRUCache } from 'lru-cache'
import type { AppliedWait, LogPlace } from '../live/appliedWait.ts'
import { type Vector, vectorText } from '../live/vector.ts'
import type { ApiEnv } from './apiEnv.ts'
import { asOf, isoTime } from './asOf.ts'
import { etagOf, matchesEtag } from './etag.ts'
import type { After } from './parameters.ts'
import { Problem } from './problem.ts'

/** Where an answer comes from: what it would be as of right now. */
export interface AnswerSource {
  /** The vector as text. */
  readonly text: string
  /**
   * For how long, in milliseconds, an answer may be given that is not of the latest vector any more, while
   * the next one is made.
   */
  readonly staleMs: number
  /** Makes sure that `text` is at most a second old, and covers a place where one is given. */
  fresh(least: LogPlace | undefined): Promise<void>
}

export interface Question<Body> {
  /** Names the route and every parameter that the answer depends on, the range as it was resolved. */
  readonly key: string
  readonly source: AnswerSource
  readonly after: After | undefined
  /** Reads and computes: the body, and the vector that it is true as of. */
  readonly answer: () => Promise<{ readonly vector: Vector; readonly body: Body }>
}

export interface AnswersOptions {
  readonly appliedWait: AppliedWait
  /** Epoch milliseconds. */
  readonly clock: () => number
  /** Finished bodies kept at most, in bytes. */
  readonly mostBytes?: number
  /** An answer that takes longer than this is given up, in milliseconds. */
  readonly deadlineMs?: number
  readonly now?: () => number
}

/** What goes out: the body, and what every answer says about itself. */
type Answered<Body> = Response &
  TypedResponse<Body & { as_of: Record<string, number>; generated_at: string }, 200, 'json'>

interface Finished {
  /** The vector that it is as of. */
  readonly text: string
  readonly etag: string
  readonly body: Buffer
  /** When it was last known to be of the latest vector. */
  currentAt: number
  zipped?: Promise<Buffer>
}

const zip = promisify(gzip)

/** Below this, compressing costs more than it saves. */
const leastZippedBytes = 16_384

/** RFC 9110, 12.5.3, as far as gzip goes. */
const acceptsGzip = (header: string | undefined): boolean =>
  header !== undefined &&
  /(?:^|,)\s*(?:gzip|\*)\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))[\d.]+\s*)?(?:,|$)/i.test(header)

/**
 * Answers questions about numbers by the conventions: waits for what the caller wrote, says 304 before
 * anything is read, makes each answer once however many ask for it at a time, keeps it until the vector moves.
 */
export const createAnswers = ({
  appliedWait,
  clock,
  mostBytes = 64 * 1024 * 1024,
  deadlineMs = 10_000,
  now = () => performance.now(),
}: AnswersOptions) => {
  const finished = new LRUCache<string, Finished>({
    maxSize: mostBytes,
    // The compressed body is about a tenth of it.
    sizeCalculation: ({ body }, key) => Math.ceil(body.length * 1.1) + key.length * 2 + 200,
  })
  const underWay = new Map<string, { readonly text: string; readonly made: Promise<Finished> }>()

  const make = async (key: string, answer: Question<object>['answer']): Promise<Finished> => {
    const currentAt = now()
    const { vector, body } = await answer()
    const text = vectorText(vector)
    const json = JSON.stringify({ as_of: asOf(vector), generated_at: isoTime(clock()), ...body })
    const made = { text, etag: etagOf(key, text), body: Buffer.from(json), currentAt }
    finished.set(key, made)
    return made
  }

  const makeOnce = (key: string, { source, answer }: Question<object>): Promise<Finished> => {
    const { text } = source
    const known = underWay.get(key)
    if (known?.text === text) return known.made
    const made = make(key, answer).finally(() => {
      if (underWay.get(key)?.made === made) underWay.delete(key)
    })
    underWay.set(key, { text, made })
    return made
  }

  /** What takes longer may still end; nobody waits for it or joins it any more. */
  const withinDeadline = async <Result>(work: Promise<Result>, giveUp: () => void): Promise<Result> => {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        giveUp()
        reject(new Problem(504, 'TIMEOUT', 'The answer took too long. A shorter range is quicker.'))
      }, deadlineMs)
    })
    return Promise.race([work, late]).finally(() => clearTimeout(timer))
  }

  const waitFor = async (after: After): Promise<LogPlace> => {
    const place = await appliedWait(after)
    if (place !== undefined) return place
    throw new Problem(
      503,
      'TIMEOUT',
      `The message at ${after.shard}:${after.offset} was not applied within 2 s. Try again in a moment.`,
      { headers: { 'retry-after': '1' } },
    )
  }

  const respond = async (
    context: Context<ApiEnv>,
    key: string,
    question: Question<object>,
  ): Promise<Response> => {
    const timing = context.get('timing')
    const { source, after } = question
    const least = after === undefined ? undefined : await timing.measure('wait', () => waitFor(after))
    await timing.measure('fresh', () => source.fresh(least))

    // RFC 9110, 13.1.2: to a POST it does not mean 'answer 304'.
    const ifNoneMatch = context.req.method === 'POST' ? undefined : context.req.header('if-none-match')
    const headers = (etag: string) => ({
      etag,
      'cache-control': 'private, no-cache',
      vary: 'Accept-Encoding',
    })
    const unchanged = etagOf(key, source.text)
    if (matchesEtag(ifNoneMatch, unchanged)) return context.body(null, 304, headers(unchanged))

    const made = await timing.measure('answer', async () => {
      const known = finished.get(key)
      if (known?.text === source.text) {
        known.currentAt = now()
        return known
      }
      const next = makeOnce(key, question)
      if (known === undefined || least !== undefined || now() - known.currentAt > source.staleMs) return next
      // Whoever comes after the fault gets it, once the known answer is too old.
      next.catch(() => {})
      return known
    })
    if (matchesEtag(ifNoneMatch, made.etag)) return context.body(null, 304, headers(made.etag))
    const all = { ...headers(made.etag), 'content-type': 'application/json' }
    if (made.body.length < leastZippedBytes || !acceptsGzip(context.req.header('accept-encoding')))
      return context.body(made.body as Uint8Array<ArrayBuffer>, 200, all)
    made.zipped ??= zip(made.body, { level: 1 })
    const zipped = (await made.zipped) as Uint8Array<ArrayBuffer>
    return context.body(zipped, 200, { ...all, 'content-encoding': 'gzip' })
  }

  return <Body extends object>(
    context: Context<ApiEnv>,
    question: Question<Body>,
  ): Promise<Answered<Body>> => {
    // A window's status changes with the hour, without any event.
    const key = `${question.key}\n${Math.floor(clock() / windowMs.hour)}`
    return withinDeadline(respond(context, key, question), () => underWay.delete(key)) as Promise<
      Answered<Body>
    >
  }
}

export type Answers = ReturnType<typeof createAnswers>
