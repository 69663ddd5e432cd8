import { z } from 'zod'

/** Whether a process can be used, or in words what it waits for. */
export type Readiness = { readonly isReady: true } | { readonly isReady: false; readonly reason: string }

/** Reads what the API answers at `/readyz`. */
export const apiReadiness = (status: number, body: string): Readiness => {
  if (status === 200) return { isReady: true }
  const answer = parse(z.object({ reason: z.string() }), body)
  return { isReady: false, reason: answer?.reason ?? unknownAnswer(status, body) }
}

const state = z.object({ status: z.string(), reason: z.string().nullable() })
const worker = state.extend({ shard: z.int() })

const processorAnswer = z.object({
  components: z.object({
    source: z.string(),
    database: z.string(),
    shards: z.array(worker),
    trends: z.array(worker),
    standings: state,
  }),
})

/** These change only when a person does something, so waiting for them at a start has no end. */
const isSettled = ({ status }: z.infer<typeof state>): boolean =>
  ['running', 'stopped', 'fenced'].includes(status)

/**
 * Reads what the processor answers at `/readyz`. Shards that are stopped keep it from being well, but not from being
 * used: the others go on, what the stopped ones have is served, and its log says what to do.
 */
export const processorReadiness = (status: number, body: string): Readiness => {
  if (status === 200) return { isReady: true }
  const answer = parse(processorAnswer, body)
  if (answer === undefined) return { isReady: false, reason: unknownAnswer(status, body) }
  const { source, database, shards, trends, standings } = answer.components
  const waits = [
    ...(source === 'up' ? [] : [`the topic is ${source}`]),
    ...(database === 'up' ? [] : [`the database is ${database}`]),
    ...shards.filter((one) => !isSettled(one)).map((one) => `shard ${describeWorker(one)}`),
    ...trends.filter((one) => !isSettled(one)).map((one) => `the trends of shard ${describeWorker(one)}`),
    ...(isSettled(standings) ? [] : [`the standings ${describeState(standings)}`]),
  ]
  return waits.length === 0 ? { isReady: true } : { isReady: false, reason: waits.join('; ') }
}

const describeState = ({ status, reason }: z.infer<typeof state>): string =>
  `${status}${reason === null ? '' : ` (${reason})`}`

const describeWorker = ({ shard, ...one }: z.infer<typeof worker>): string => `${shard} ${describeState(one)}`

const parse = <Answer>(schema: z.ZodType<Answer>, body: string): Answer | undefined => {
  try {
    return schema.safeParse(JSON.parse(body)).data
  } catch {
    return undefined
  }
}

const unknownAnswer = (status: number, body: string): string => `it answers ${status} ${body.trim()}`
