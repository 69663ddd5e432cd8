import { createProcessRegistry } from '@patterns/shared/processRegistry.ts'
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { StandingsState } from '../standings/standings.ts'
import type { ShardState } from '../shard/ownedShard.ts'

export interface ProcessorMetrics {
  readonly registry: Registry
  /** What became of one batch. */
  classified(batch: {
    events: number
    duplicates: number
    deadLetters: Readonly<Record<string, number>>
    keyMismatches: number
  }): void
  flushed(flush: { events: number; rows: number; seconds: number }): void
  trendsWritten(written: { lines: number; seconds: number }): void
  standingsRefreshed(refreshed: { patterns: number; seconds: number }): void
}

export interface ProcessorMetricsOptions {
  readonly states: () => readonly ShardState[]
  readonly standings: () => StandingsState
  /** Messages still to be taken, by shard; empty while the broker cannot be asked: unknown is not 0. */
  readonly lag: () => ReadonlyMap<number, number>
  /** Patterns that come in several partitions; `undefined` while the database cannot be asked. */
  readonly splitPatterns: () => Promise<number | undefined>
}

const statuses = ['opening', 'running', 'stalled', 'retrying', 'stopped'] as const

/** The processor's metrics, in Prometheus' naming: base units, `_total` for counters. */
export const createMetrics = ({
  states,
  standings,
  lag,
  splitPatterns,
}: ProcessorMetricsOptions): ProcessorMetrics => {
  const registry = createProcessRegistry()
  const registers = [registry]
  const events = new Counter({
    name: 'pattern_events_appended_total',
    help: 'Events appended to the log',
    registers,
  })
  const duplicates = new Counter({
    name: 'pattern_duplicates_total',
    help: 'Messages whose event was in the log already',
    registers,
  })
  const deadLetters = new Counter({
    name: 'pattern_dead_letters_total',
    help: 'Messages that are no events, by reason',
    labelNames: ['reason'],
    registers,
  })
  const keyMismatches = new Counter({
    name: 'pattern_key_mismatches_total',
    help: 'Messages whose key is not the id of their pattern',
    registers,
  })
  const flushSeconds = new Histogram({
    name: 'pattern_flush_seconds',
    help: 'Time to write one flush of the windows',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers,
  })
  const flushedEvents = new Counter({
    name: 'pattern_events_projected_total',
    help: 'Events whose windows are committed',
    registers,
  })
  const flushedRows = new Counter({
    name: 'pattern_window_rows_written_total',
    help: 'Rows of the window tables written',
    registers,
  })
  const trendLines = new Counter({
    name: 'pattern_trend_lines_written_total',
    help: 'Trend lines computed and committed',
    registers,
  })
  const trendSeconds = new Counter({
    name: 'pattern_trends_seconds_total',
    help: 'Time spent at reading, computing and writing trend lines',
    registers,
  })
  const standingRefreshes = new Counter({
    name: 'pattern_standings_refreshes_total',
    help: 'Refreshes of the standings that this process committed',
    registers,
  })
  const standingPatterns = new Counter({
    name: 'pattern_standings_patterns_total',
    help: 'Patterns whose standings were looked at in these',
    registers,
  })
  const standingSeconds = new Counter({
    name: 'pattern_standings_seconds_total',
    help: 'Time that these took',
    registers,
  })
  const standingLag = new Gauge({
    name: 'pattern_standings_lag_events',
    help: 'Events that the windows account for and the standings do not, whichever process refreshes them',
    registers,
    collect() {
      this.set(standings().lagEvents)
    },
  })
  const standingAge = new Gauge({
    name: 'pattern_standings_age_seconds',
    help: 'How long ago the standings accounted for all that the windows did then',
    registers,
    collect() {
      this.set(standings().ageSeconds)
    },
  })
  const status = new Gauge({
    name: 'pattern_shard_status',
    help: '1 for the status that a shard of this process has',
    labelNames: ['shard', 'status'],
    registers,
    collect() {
      this.reset()
      for (const state of states()) {
        for (const name of statuses) {
          this.set({ shard: state.shard, status: name }, state.status === name ? 1 : 0)
        }
      }
    },
  })
  const stopped = new Gauge({
    name: 'pattern_shard_stopped',
    help: '1 for each shard of this process that stopped until a person sees to it, by reason',
    labelNames: ['shard', 'reason'],
    registers,
    collect() {
      this.reset()
      for (const { shard, stop } of states())
        if (stop !== undefined) this.set({ shard, reason: stop.reason }, 1)
    },
  })
  const position = new Gauge({
    name: 'pattern_shard_position',
    help: 'The last position of a shard: appended to the log, and committed to the windows',
    labelNames: ['shard', 'stage'],
    registers,
    collect() {
      this.reset()
      for (const state of states()) {
        this.set({ shard: state.shard, stage: 'appended' }, state.position)
        this.set({ shard: state.shard, stage: 'projected' }, state.flushedPosition)
      }
    },
  })
  const lagMessages = new Gauge({
    name: 'pattern_source_lag_messages',
    help: 'Messages of a partition that are still to be taken; absent while the broker cannot be asked',
    labelNames: ['shard'],
    registers,
    collect() {
      this.reset()
      for (const [shard, messages] of lag()) this.set({ shard }, messages)
    },
  })
  const split = new Gauge({
    name: 'pattern_split_patterns',
    help: 'Patterns whose events come in more than one partition; absent while the database cannot be asked',
    registers,
    async collect() {
      const count = await splitPatterns()
      if (count === undefined) this.remove()
      else this.set(count)
    },
  })
  void [standingLag, standingAge, status, stopped, position, lagMessages, split]
  return {
    registry,
    classified(batch) {
      events.inc(batch.events)
      duplicates.inc(batch.duplicates)
      keyMismatches.inc(batch.keyMismatches)
      for (const [reason, count] of Object.entries(batch.deadLetters)) deadLetters.inc({ reason }, count)
    },
    flushed(flush) {
      flushSeconds.observe(flush.seconds)
      flushedEvents.inc(flush.events)
      flushedRows.inc(flush.rows)
    },
    trendsWritten({ lines, seconds }) {
      trendLines.inc(lines)
      trendSeconds.inc(seconds)
    },
    standingsRefreshed({ patterns, seconds }) {
      standingRefreshes.inc()
      standingPatterns.inc(patterns)
      standingSeconds.inc(seconds)
    },
  }
}
