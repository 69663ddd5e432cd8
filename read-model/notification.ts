import type { Vector } from './vector.ts'

/** The channel on which processors notify how far windows are committed. */
export const flushChannel = 'projection_flushed'

/** The channel on which they notify that standings were refreshed. How far is read from their checkpoints. */
export const standingsChannel = 'standings_refreshed'

/** Postgres takes payloads below 8,000 bytes; a pair has 24 at most. */
const pairsPerPayload = 300

/** The positions that shards have come to as payloads of notifications: `<shard>:<position>`, several with commas. */
export const flushPayloads = (positions: Vector): string[] => {
  const pairs = [...positions].map(([shard, position]) => `${shard}:${position}`)
  const payloads: string[] = []
  for (let i = 0; i < pairs.length; i += pairsPerPayload)
    payloads.push(pairs.slice(i, i + pairsPerPayload).join(','))
  return payloads
}

/** The positions in a payload. */
export const flushesFromPayload = (payload: string): Vector =>
  new Map(
    [...payload.matchAll(/(\d+):(\d+)/g)].map(([, shard, position]) => [Number(shard), Number(position)]),
  )
