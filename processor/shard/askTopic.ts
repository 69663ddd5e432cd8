import type { PartitionEnd, PartitionHistory } from '@patterns/topic/source.ts'
import { messageOf } from './messageOf.ts'

/** It is not known which offsets the partition has, or what it holds: its broker may be away. */
export class SourceUnknownError extends Error {
  override readonly name = 'SourceUnknownError'
}

/**
 * Where the partition of a shard ends now.
 * @throws SourceUnknownError if the broker does not say
 */
export const askEnd = async (
  ends: () => Promise<readonly PartitionEnd[]>,
  shard: number,
): Promise<PartitionEnd> => {
  const all = await ends().catch((error: unknown) => {
    throw new SourceUnknownError(`The topic cannot be asked for its ends: ${messageOf(error)}`)
  })
  const end = all.find(({ partition }) => partition === shard)
  if (end === undefined)
    throw new SourceUnknownError(
      `The topic does not say where partition ${shard} ends: there is none, or its broker is away`,
    )
  return end
}

/** What the partition of a shard holds now. Rejects with SourceUnknownError if the broker does not say. */
export const askHistory = (
  history: (partition: number) => PartitionHistory,
  shard: number,
): PartitionHistory => {
  const asked = history(shard)
  const orUnknown = (error: unknown): never => {
    throw new SourceUnknownError(`The topic cannot be asked what it holds: ${messageOf(error)}`)
  }
  return {
    epochEnd: (leaderEpoch) => asked.epochEnd(leaderEpoch).catch(orUnknown),
    valueAt: (offset) => asked.valueAt(offset).catch(orUnknown),
  }
}
