import { decodeValue } from './decodeMessage.ts'
import type { MessageHeaders } from './topicMessage.ts'

const anyId = '00000000-0000-0000-0000-000000000000'

/** Whether a value is an event without an id of its own, version 0: what it is called is told beside it. */
export const lacksId = (value: Buffer, headers: MessageHeaders | undefined): boolean => {
  let isAsked = false
  decodeValue(value, headers, false, () => {
    isAsked = true
    return anyId
  })
  return isAsked
}
