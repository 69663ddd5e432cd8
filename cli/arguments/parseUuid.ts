import { readUuid } from '@patterns/shared/contract/uuid.ts'
import { InvalidArgumentError } from 'commander'

/** A UUID in lower case. @throws InvalidArgumentError */
export const parseUuid = (text: string): string => {
  const uuid = readUuid(text)
  if (uuid !== undefined) return uuid
  throw new InvalidArgumentError('It must be a UUID, such as 0190a6f2-7c4e-7d1a-9b3c-5e8f2a4d6c10.')
}
