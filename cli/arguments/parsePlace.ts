import { InvalidArgumentError } from 'commander'

/** A message's place: its shard and its source offset there. */
export interface Place {
  readonly shard: number
  readonly sourceOffset: number
}

/** Reads `2:1057`. @throws InvalidArgumentError */
export const parsePlace = (text: string): Place => {
  const match = /^(\d{1,9}):(\d{1,15})$/.exec(text)
  if (match !== null) return { shard: Number(match[1]), sourceOffset: Number(match[2]) }
  throw new InvalidArgumentError('It must be a shard and an offset, such as 2:1057.')
}
