import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { windowMs } from '@patterns/projections/window.ts'
import type { Context, TypedResponse } from 'hono'
import type { Applied, SourcePlace } from '../../values/logPlace.ts'
import type { ApiEnv } from './apiEnv.ts'
import { gzipWish } from './contentCoding.ts'
import type { Vector } from '@patterns/read-model/vector.ts'
import { etagOf, matchesEtag } from './etag.ts'
import { createFinishedAnswers, type FreshText, type MakeBody } from './finishedAnswers.ts'
import type { After } from './parameters.ts'
import { Problem, unprocessable } from '../problems/problem.ts'

/** Where an answer comes from, and how to get the latest from there. */
export interface AnswerSource extends FreshText {
  /** What it covers, as far as we know. */
  readonly vector: Vector
  /** Makes sure that `text` and `vector` are at most a second old. */
  fresh(): Promise<void>
}

export interface Question<Body> {
  /** Names the route and every parameter that the answer depends on, the range as it was resolved. */
  readonly key: string
  readonly source: AnswerSource
  readonly after: After | undefined
  readonly answer: MakeBody<Body>
}

export interface AnswersOptions {
  /** Waits until a message of the source is in the windows, for a while. */
  readonly appliedWait: (message: SourcePlace, vector: () => Vector) => Promise<Applied>
  /** Which log is read. */
  readonly logId: () => string
  /** Epoch milliseconds. */
  readonly clock: () => number
  /** Finished bodies cached at most, in bytes. */
  readonly maxBytes?: number
  /** The request for an answer that takes longer than this is a 504, in milliseconds. */
  readonly deadlineMs?: number
  readonly now?: () => number
}

/** What goes out: the body, and what every answer says about itself. */
type Answered<Body> = Response &
  TypedResponse<Body & { log_id: string; as_of: Record<string, number>; generated_at: string }, 200, 'json'>

const zip = promisify(gzip)

/** Below this, compressing costs more than it saves. */
const minZippedBytes = 16_384
/** The same for an answer that was asked for only once so far: most are never asked for again. */
const minZippedOnceBytes = 65_536

/**
 * Answers questions about numbers as docs/API.md promises: waits for what the caller wrote, says 304 before anything is
 * read, and compresses answers that are long enough.
 */
export const createAnswers = ({
  appliedWait,
  logId,
  clock,
  maxBytes = 8 * 1024 * 1024,
  deadlineMs = 10_000,
  now = () => performance.now(),
}: AnswersOptions) => {
  const finished = createFinishedAnswers({ logId, clock, now, maxBytes })

  /** Work that takes longer may still end, but no request waits for it or joins it any more. */
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

  const waitFor = async (after: After, source: AnswerSource): Promise<void> => {
    if (after.logId !== undefined && after.logId !== logId())
      throw unprocessable([
        {
          path: 'after',
          message: `after is of the log ${after.logId}, and this one is ${logId()}: the data was reset`,
        },
      ])
    const applied = await appliedWait(after, () => source.vector)
    if (applied.ok) return
    if (applied.reason === 'no_such_shard')
      throw unprocessable([
        {
          path: 'after',
          message: `after must name a shard that the log has (${applied.shards.join(', ')}); it has no shard ${after.shard}`,
        },
      ])
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
    if (after !== undefined) await timing.measure('wait', () => waitFor(after, source))
    await timing.measure('fresh', source.fresh)

    // RFC 9110, 13.1.2: If-None-Match in a POST does not ask for a 304.
    const ifNoneMatch = context.req.method === 'POST' ? undefined : context.req.header('if-none-match')
    const headers = (etag: string) => ({
      etag,
      'cache-control': 'private, no-cache',
      vary: 'Accept-Encoding',
    })
    const unchanged = etagOf(key, source.text)
    if (matchesEtag(ifNoneMatch, unchanged)) return context.body(null, 304, headers(unchanged))

    const made = await timing.measure('answer', () =>
      finished.get(key, source, question.answer, after === undefined),
    )
    if (matchesEtag(ifNoneMatch, made.etag)) return context.body(null, 304, headers(made.etag))
    const all = { ...headers(made.etag), 'content-type': 'application/json' }
    const wish = gzipWish(context.req.header('accept-encoding'))
    const isWorthIt = made.body.length >= (made.wasGiven ? minZippedBytes : minZippedOnceBytes)
    made.wasGiven = true
    if (wish === 'unwanted' || (wish === 'accepted' && !isWorthIt))
      return context.body(made.body as Uint8Array<ArrayBuffer>, 200, all)
    made.zipped ??= zip(made.body, { level: 1 })
    const zipped = (await made.zipped) as Uint8Array<ArrayBuffer>
    return context.body(zipped, 200, { ...all, 'content-encoding': 'gzip' })
  }

  return <Body extends object>(
    context: Context<ApiEnv>,
    question: Question<Body>,
  ): Promise<Answered<Body>> => {
    // The status of a window changes with the hour, without any event. Answers from another log must not be given for this one.
    const key = `${logId()}\n${question.key}\n${Math.floor(clock() / windowMs.hour)}`
    return withinDeadline(respond(context, key, question), () => finished.giveUp(key)) as Promise<
      Answered<Body>
    >
  }
}

export type Answers = ReturnType<typeof createAnswers>
