import { isDeepStrictEqual } from 'node:util'
import { envelopeHeaders } from '@patterns/shared/contract/cloudEvents.ts'
import type { MessageHeaders } from '@patterns/shared/contract/topicMessage.ts'
import { isSameJson } from './isSameJson.ts'

interface Said {
  readonly value: Buffer
  readonly headers: MessageHeaders | undefined
}

/**
 * Whether two messages say the same: byte for byte, or as JSON, since a producer's retry may write its
 * fields in another order. Both are known to be valid.
 */
export const isSameEvent = (a: Said, b: Said): boolean =>
  isDeepStrictEqual(envelopeHeaders(a.headers), envelopeHeaders(b.headers)) &&
  (a.value.equals(b.value) || isSameJson(JSON.parse(a.value.toString()), JSON.parse(b.value.toString())))
