import type { RejectionReason } from '@patterns/shared/contract/rejection.ts'
import type { OutgoingMessage } from '@patterns/topic/publisher.ts'
import * as corrupt from './corrupt.ts'
import type { ValidMessage } from './validMessage.ts'
import { createRandom, type Random } from './random.ts'
import * as variants from './variants.ts'

/** What is done to a message, by kind; `undefined` if that cannot be done to this one. */
const alterations = {
  late: variants.late,
  null_key: variants.nullKey,
  version_0: variants.version0,
  cloudevents_binary: variants.cloudEventsBinary,
  cloudevents_structured: variants.cloudEventsStructured,
  malformed_json: corrupt.malformedJson,
  invalid_utf8: corrupt.invalidUtf8,
  schema: corrupt.schemaFault,
  too_large: corrupt.tooLarge,
  future_time: corrupt.futureTime,
  null_value: corrupt.nullValue,
} satisfies Record<string, (message: ValidMessage, random: Random) => OutgoingMessage | undefined>

/** What is sent again some messages after the original. */
const echoes = {
  duplicate: variants.duplicate,
  id_conflict: corrupt.idConflict,
} satisfies Record<string, (message: ValidMessage) => ValidMessage>

export type FaultKind = keyof typeof alterations | keyof typeof echoes
export type MessageKind = 'plain' | FaultKind

/** What must become of each kind: an event in the log, a counted duplicate, or a dead letter with this reason. */
export const fates: Readonly<Record<MessageKind, 'event' | 'duplicate' | RejectionReason>> = {
  plain: 'event',
  late: 'event',
  null_key: 'event',
  version_0: 'event',
  cloudevents_binary: 'event',
  cloudevents_structured: 'event',
  duplicate: 'duplicate',
  id_conflict: 'id_conflict',
  malformed_json: 'not_json',
  invalid_utf8: 'not_json',
  null_value: 'not_json',
  schema: 'schema',
  too_large: 'too_large',
  future_time: 'future_time',
}

/** For each kind, its share of the messages: 0.01 is one in a hundred. What is left is plain. */
export type FaultShares = Readonly<Partial<Record<FaultKind, number>>>

/** A little of everything, so that every state of the system can be seen in a demo. */
export const demoFaults: FaultShares = {
  late: 0.004,
  null_key: 0.000_3,
  version_0: 0.01,
  cloudevents_binary: 0.01,
  cloudevents_structured: 0.01,
  duplicate: 0.004,
  id_conflict: 0.000_5,
  malformed_json: 0.001,
  invalid_utf8: 0.000_5,
  null_value: 0.000_3,
  schema: 0.001,
  too_large: 0.000_05,
  future_time: 0.000_3,
}

export interface GeneratedMessage {
  readonly kind: MessageKind
  readonly message: OutgoingMessage & { readonly timestamp: number }
}

/** The longest that an echo comes after its original, in messages. */
const maxEcho = 20

interface PendingEcho {
  readonly kind: keyof typeof echoes
  readonly message: ValidMessage
  /** How many messages may still go before it. */
  wait: number
}

/** Draws the kind of each message, in proportion to the shares. */
const createKindDraw = (shares: FaultShares): ((random: Random) => MessageKind) => {
  const entries = Object.entries(shares) as [FaultKind, number][]
  const total = entries.reduce((sum, [, share]) => sum + share, 0)
  if (entries.some(([, share]) => !(share >= 0)) || total > 1) {
    throw new RangeError('each share of faults must be at least 0, and all together at most 1')
  }
  return (random) => {
    let drawn = random.unit()
    for (const [kind, share] of entries) {
      if (drawn < share) return kind
      drawn -= share
    }
    return 'plain'
  }
}

const isEcho = (kind: MessageKind): kind is keyof typeof echoes => kind in echoes

/**
 * Puts faults among plain messages and says of each message what it is, so that a test can count exactly
 * what was sent. Keeps time order. Duplicates and id conflicts come on top, within 20 messages after
 * their original, with their successor's timestamp; all others take a plain message's place.
 */
export function* withFaults(
  messages: Iterable<ValidMessage>,
  { seed, shares }: { readonly seed: string | number; readonly shares: FaultShares },
): Generator<GeneratedMessage> {
  const random = createRandom(`${seed}/faults`)
  const drawKind = createKindDraw(shares)
  let pending: PendingEcho[] = []
  let timestamp = 0
  const echo = ({ kind, message }: PendingEcho): GeneratedMessage => ({
    kind,
    message: { ...message, timestamp },
  })
  for (const message of messages) {
    timestamp = message.timestamp
    for (const each of pending) each.wait -= 1
    const due = pending.filter(({ wait }) => wait <= 0)
    if (due.length > 0) {
      yield* due.map(echo)
      pending = pending.filter(({ wait }) => wait > 0)
    }
    const kind = drawKind(random)
    if (kind === 'plain' || isEcho(kind)) {
      yield { kind: 'plain', message }
      if (isEcho(kind))
        pending.push({ kind, message: echoes[kind](message), wait: 1 + random.below(maxEcho) })
      continue
    }
    const altered = alterations[kind](message, random)
    yield altered === undefined ? { kind: 'plain', message } : { kind, message: { ...altered, timestamp } }
  }
  yield* pending.map(echo)
}
