import { type Deltas, foldEvent } from '@patterns/projections/fold.ts'
import type { PlacedEvent } from '@patterns/projections/measure.ts'
import { advanceWatermark } from '@patterns/shared/contract/watermark.ts'
import type { PatternEvent } from '@patterns/shared/contract/patternEvent.ts'
import type pg from 'pg'
import type { Checkpoint } from '@patterns/read-model/checkpoint.ts'
import type { CheckpointKey } from '@patterns/read-model/projection.ts'
import { openCheckpoint } from '@patterns/read-model/writing/moveCheckpoint.ts'
import { flushDelayMs } from './flushDelay.ts'
import { refuseCheckpointSetBack } from './projectionAhead.ts'
import { type ChangedStates, writeFlush } from '@patterns/read-model/writing/writeFlush.ts'
import { createWindowStates } from './windowStates.ts'

/** An event of the log as the projector takes it, in the order of positions. */
export interface ProjectableEvent {
  readonly event: PatternEvent
  /** When it came into the topic, epoch milliseconds. */
  readonly recordedAt: number
}

/** The projection itself failed on an event: a fault in our code, which must not be skipped silently. */
export class ProjectionError extends Error {
  override readonly name = 'ProjectionError'
  readonly shard: number
  readonly position: number
  constructor(shard: number, position: number, event: PatternEvent, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    super(`Shard ${shard} stops at position ${position}, event ${event.eventId}: ${reason}`, { cause })
    this.shard = shard
    this.position = position
  }
}

/** A flush that is committed. */
export interface Flush {
  readonly shard: number
  /** The windows account for all events up to here. */
  readonly position: number
  readonly events: number
  readonly rows: number
  readonly seconds: number
}

export interface ProjectorOptions {
  readonly pool: pg.Pool
  readonly checkpointKey: CheckpointKey
  /** The usual time between two flushes: an event that comes later than that after the last one is not kept waiting. */
  readonly flushIntervalMs: number
  readonly now: () => number
  /** Called once, when a flush fails, unless the projector had failed or was closed before. */
  readonly onFailure: (error: unknown) => void
  readonly onFlush?: (flush: Flush) => void
  /** Window states cached at most. */
  readonly maxStates?: number
  /** Called with each committed flush, in order, before the next one begins; must not throw. */
  readonly onCommitted?: (changed: ChangedStates, position: number) => void
  /** How an event is counted; the tests put a faulty one here. */
  readonly fold?: (deltas: Deltas, placed: PlacedEvent) => boolean
}

/** Folds a shard's events into its windows. */
export interface Projector {
  /** The position of the last event folded; it is in the tables once `flushedPosition` has reached it. */
  position(): number
  flushedPosition(): number
  /** How far event time has come at `position()`, epoch milliseconds; `noWatermark` before the first event. */
  watermark(): number
  /** Since when a flush has been under way, by `now`; `undefined` if none is. */
  flushingSince(): number | undefined
  /**
   * Folds events that follow `position()`, and flushes when it is time. Waits only if a flush is
   * needed and the one before is still being written.
   * @throws ProjectionError, FencedError, or what the database said; the projector is of no use then
   */
  take(events: readonly ProjectableEvent[], lag: number): Promise<void>
  /** Writes what is pending. Throws as `take` does. */
  flush(): Promise<void>
  /** Drops what is pending; the log still has it. */
  close(): void
}

interface Pending {
  deltas: Deltas
  events: number
  windows: number
}

const nothing = (): Pending => ({ deltas: new Map(), events: 0, windows: 0 })

export const openProjector = async ({
  pool,
  checkpointKey,
  flushIntervalMs,
  now,
  onFailure,
  onFlush,
  onCommitted,
  maxStates,
  fold = foldEvent,
}: ProjectorOptions): Promise<Projector> => {
  let flushed: Checkpoint = await openCheckpoint(pool, checkpointKey)
  await refuseCheckpointSetBack(pool, checkpointKey)
  let { position, watermark } = flushed
  const states = createWindowStates({ pool, checkpointKey, isNew: position === 0, maxStates })
  let pending = nothing()
  let flushBeganAt = now()
  let flushing: Promise<void> | undefined
  let failure: Error | undefined
  let timer: NodeJS.Timeout | undefined

  /** One object for all events: a fold reads it and holds no reference to it. */
  const placed = { event: undefined as unknown as PatternEvent, position, recordedAt: 0 }

  const foldOne = ({ event, recordedAt }: ProjectableEvent): void => {
    position++
    placed.event = event
    placed.position = position
    placed.recordedAt = recordedAt
    try {
      if (fold(pending.deltas, placed)) pending.windows++
    } catch (error) {
      failure = new ProjectionError(checkpointKey.shard, position, event, error)
      throw failure
    }
    watermark = advanceWatermark(watermark, event.occurredAt, recordedAt)
    pending.events++
  }

  const write = async ({ deltas, events }: Pending, to: Checkpoint): Promise<void> => {
    const startedAt = performance.now()
    const changed = await states.merge(deltas, flushed.position)
    await writeFlush(pool, checkpointKey, flushed.position, to, changed)
    flushed = to
    onCommitted?.(changed, to.position)
    onFlush?.({
      shard: checkpointKey.shard,
      position: to.position,
      events,
      rows:
        changed.windows.hour.patterns.length +
        changed.windows.day.patterns.length +
        changed.windows.week.patterns.length,
      seconds: (performance.now() - startedAt) / 1_000,
    })
  }

  /** Begins to write what is pending, after the flush before; folding goes on meanwhile. */
  const beginFlush = async (): Promise<void> => {
    while (flushing !== undefined) await flushing
    clearTimeout(timer)
    timer = undefined
    if (pending.events === 0 || failure !== undefined) return
    const batch = pending
    pending = nothing()
    flushBeganAt = now()
    flushing = write(batch, { position, watermark })
      .catch((error: Error) => {
        if (failure !== undefined) return
        failure = error
        onFailure(error)
      })
      .finally(() => (flushing = undefined))
  }

  /** At the head of the log no batch may come for a while, and what is pending must not wait for one. */
  const scheduleFlush = (afterMs: number): void => {
    clearTimeout(timer)
    timer = setTimeout(() => void beginFlush(), afterMs)
  }

  const failIfBroken = (): void => {
    if (failure !== undefined) throw failure
  }

  return {
    position: () => position,
    flushedPosition: () => flushed.position,
    watermark: () => watermark,
    flushingSince: () => (flushing === undefined ? undefined : flushBeganAt),
    async take(events, lag) {
      failIfBroken()
      for (const event of events) foldOne(event)
      if (pending.events > 0) {
        const delay = flushDelayMs({ pendingWindows: pending.windows, lag, intervalMs: flushIntervalMs })
        const leftMs = flushBeganAt + delay - now()
        if (leftMs <= 0) await beginFlush()
        else scheduleFlush(leftMs)
      }
      failIfBroken()
    },
    async flush() {
      await beginFlush()
      await flushing
      failIfBroken()
    },
    close() {
      clearTimeout(timer)
      failure ??= new Error(`The projector of shard ${checkpointKey.shard} is closed`)
    },
  }
}
