import { backoffMs } from './backoff.ts'
import { createSignal } from './signal.ts'
import type { PartitionEnd, PartitionOwner } from './source.ts'

/** The owner wants to read from where the partition holds nothing. */
export class OutsideError extends Error {
  override readonly name = 'OutsideError'
}

/** Why the owner has not been asked yet: the last answer of the broker, and since when, by `Date.now`, it is so. */
export interface UnknownEnds {
  readonly error: Error
  readonly sinceMs: number
}

type Ends = Pick<PartitionEnd, 'startOffset' | 'endOffset'>

export interface PartitionAssignmentOptions {
  readonly partition: number
  readonly owner: PartitionOwner
  /** The partition's ends as they are now; asked again if it rejects. */
  readonly ends: () => Promise<Ends>
  /** Waits before the ends are asked for again; may end early if something has changed. */
  readonly pause: (ms: number) => Promise<void>
}

/** Gives a partition to its owner, learns where to read from, and takes it back. */
export interface PartitionAssignment {
  /**
   * The offset that the owner wants to read from; `undefined` if the assignment is closed first. If the owner refuses
   * but the end has moved since, it is asked once more: a previous owner may have gone past the end that we read.
   * @throws what the owner refuses with, or OutsideError
   */
  ask(): Promise<number | undefined>
  /** Why `ask` has no answer, if the broker does not say where the partition ends. */
  waitsFor(): UnknownEnds | undefined
  /** Tells the owner that the partition is gone, if it has it. */
  release(): Promise<void>
  /** Ends an `ask` that is under way. */
  close(): Promise<void>
}

const refuseOutside = (partition: number, offset: number, { startOffset, endOffset }: Ends): void => {
  if (offset >= startOffset && offset <= endOffset) return
  throw new OutsideError(
    `Partition ${partition} cannot be read from offset ${offset}: it holds ${startOffset} to ${endOffset}`,
  )
}

export const createPartitionAssignment = ({
  partition,
  owner,
  ends,
  pause,
}: PartitionAssignmentOptions): PartitionAssignment => {
  const closing = createSignal()
  const closed = closing.wait().then(() => undefined)
  let isClosed = false
  let phase: 'free' | 'assigning' | 'held' = 'free'
  let waitsFor: UnknownEnds | undefined

  const release = async (): Promise<void> => {
    if (phase === 'free') return
    phase = 'free'
    await owner.revoked(partition)
  }

  const patientEnds = async (): Promise<Ends | undefined> => {
    const sinceMs = Date.now()
    for (let attempt = 1; !isClosed; attempt++) {
      try {
        // Closing does not wait for a broker that hangs.
        const known = await Promise.race([ends(), closed])
        waitsFor = undefined
        return known
      } catch (error) {
        waitsFor = { error: error as Error, sinceMs }
        await pause(backoffMs(attempt))
      }
    }
    return undefined
  }

  return {
    async ask() {
      let refused: { readonly error: unknown; readonly endOffset: number } | undefined
      for (;;) {
        const known = await patientEnds()
        if (!known || isClosed) return undefined
        if (refused && refused.endOffset === known.endOffset) throw refused.error
        phase = 'assigning'
        try {
          const offset = await owner.assigned(partition, known.endOffset)
          phase = isClosed ? 'free' : 'held'
          if (!isClosed) refuseOutside(partition, offset, known)
          return offset
        } catch (error) {
          if (phase === 'assigning') phase = 'free' // it refused, so there is nothing to let go of
          await release()
          if (refused) throw error
          refused = { error, endOffset: known.endOffset }
        }
      }
    },
    waitsFor: () => waitsFor,
    release,
    async close() {
      isClosed = true
      closing.notify()
      // An owner that is still opening the partition learns only in this way that it can give up.
      if (phase === 'assigning') await release()
    },
  }
}
