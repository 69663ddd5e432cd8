import type { ShardStop } from '@patterns/event-log/shardStop.ts'
import { type Column, formatCount, formatTable } from '../print/table.ts'
import type { ShardAudit } from './auditShard.ts'

const columns: readonly Column[] = [
  { title: 'shard', align: 'right' },
  { title: 'offsets' },
  { title: 'appended', align: 'right' },
  { title: 'duplicates', align: 'right' },
  { title: 'dead letters', align: 'right' },
  { title: 'no record', align: 'right' },
  { title: 'result' },
]

const row = (audit: ShardAudit): string[] => [
  String(audit.shard),
  `[${audit.firstOffset}, ${audit.nextOffset})`,
  formatCount(audit.appended),
  formatCount(audit.duplicates),
  formatCount(audit.deadLettered),
  formatCount(audit.notRecords),
  audit.faultCount === 0 ? 'ok' : `${formatCount(audit.faultCount)} broken`,
]

const faultLines = ({ shard, faults, faultCount }: ShardAudit): string[] => {
  const lines = faults.map(({ sourceOffset, message }) =>
    sourceOffset === undefined ? `shard ${shard}: ${message}` : `${shard}:${sourceOffset} ${message}`,
  )
  return faultCount > faults.length ? [...lines, `shard ${shard}: ${faultCount - faults.length} more`] : lines
}

const stopLine = ({ shard, message, stoppedAt }: ShardStop): string =>
  `shard ${shard}: stopped at ${stoppedAt.toISOString()}: ${message}`

/** A table of the shards, then what is broken, first offsets first, then the shards that stopped. */
export const formatAudits = (audits: readonly ShardAudit[], stops: readonly ShardStop[]): string => {
  const table = audits.length === 0 ? 'The log is empty.' : formatTable(columns, audits.map(row))
  return [table, ...audits.flatMap(faultLines), ...stops.map(stopLine)].join('\n')
}

/** The same as one JSON object. */
export const auditsAsJson = (audits: readonly ShardAudit[], stops: readonly ShardStop[]): string =>
  JSON.stringify({
    ok: stops.length === 0 && audits.every(({ faultCount }) => faultCount === 0),
    shards: audits.map((audit) => ({
      shard: audit.shard,
      first_offset: audit.firstOffset,
      next_offset: audit.nextOffset,
      appended: audit.appended,
      duplicates: audit.duplicates,
      dead_lettered: audit.deadLettered,
      not_records: audit.notRecords,
      fault_count: audit.faultCount,
      faults: audit.faults.map(({ sourceOffset, message }) => ({
        source_offset: sourceOffset ?? null,
        message,
      })),
    })),
    stopped: stops.map(({ shard, reason, message, command, stoppedAt }) => ({
      shard,
      reason,
      message,
      command,
      stopped_at: stoppedAt.toISOString(),
    })),
  })
