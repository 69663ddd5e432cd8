import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { attributesAt, baseOffsetOf, crcAt, endOfBatch, lastOffsetOf } from '../kafka/batchHeader.ts'
import { crc32c } from '@node-rs/crc32'

/** A batch in a broker's log. */
export interface StoredBatch {
  readonly firstOffset: number
  readonly lastOffset: number
  readonly bytes: Buffer
}

/** How a batch becomes one that cannot be read. */
export type Damage = (batch: Buffer) => void

/** As a disk does it: a bit of its content changes. */
export const flipBit: Damage = (batch) => {
  batch[batch.length - 5]! ^= 0x04
}

/** As a producer of another time might write it: in an unknown codec, and whole. */
export const useUnknownCodec: Damage = (batch) => {
  batch.writeInt16BE(batch.readInt16BE(attributesAt) | 5, attributesAt)
  batch.writeUInt32BE(crc32c(batch.subarray(attributesAt)), crcAt)
}

/**
 * Changes a batch of a partition where the broker keeps it, the one that holds `offset`. The broker sends its files as they
 * are. Answers what the batch is now.
 */
export const damageBatch = async (
  brokerDir: string,
  { topic, partition, offset }: { topic: string; partition: number; offset: number },
  damage: Damage,
): Promise<StoredBatch> => {
  const file = join(brokerDir, 'data', `${topic}-${partition}`, `${'0'.repeat(20)}.log`)
  const log = await readFile(file)
  let at = 0
  while (lastOffsetOf(log.subarray(at)) < offset) at = endOfBatch(log, at)
  const bytes = log.subarray(at, endOfBatch(log, at))
  damage(bytes)
  const handle = await open(file, 'r+')
  await handle.write(bytes, 0, bytes.length, at)
  await handle.close()
  return { firstOffset: baseOffsetOf(bytes), lastOffset: lastOffsetOf(bytes), bytes }
}
