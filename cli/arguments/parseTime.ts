import { readRfc3339 } from '@patterns/shared/contract/rfc3339.ts'
import { InvalidArgumentError } from 'commander'

const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }

/**
 * Epoch milliseconds of a time as people write it: RFC 3339, a date (its first instant in UTC), or `90m`,
 * `24h`, `7d`, `2w` for that long ago.
 * @throws InvalidArgumentError
 */
export const parseTime = (text: string, now: number): number => {
  const ago = /^(\d{1,6})([mhdw])$/.exec(text)
  if (ago !== null) return now - Number(ago[1]) * unitMs[ago[2]!]!
  const time = readRfc3339(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text)
  if (time !== undefined) return time
  throw new InvalidArgumentError(
    'It must be a time such as 2026-01-31T08:00:00Z, a date, or 24h, 7d or 2w for that long ago.',
  )
}
