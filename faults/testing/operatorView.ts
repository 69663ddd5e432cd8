import type { Health } from '@patterns/processor/observe/health.ts'
import type { ProcessorProcess } from './processorProcess.ts'
import { until } from './until.ts'

/** What a processor says of itself to operators. */
export interface OperatorView {
  readonly status: number
  readonly health: Health
}

export const readHealth = async (processor: ProcessorProcess): Promise<OperatorView> => {
  const { status, text } = await processor.ask('/readyz')
  return { status, health: JSON.parse(text) as Health }
}

/** Resolves once the processor is ready (200), or is not (503), and what it says fits. */
export const untilHealth = (
  processor: ProcessorProcess,
  status: 200 | 503,
  fits: (components: Health['components']) => boolean = () => true,
  withinMs = 60_000,
): Promise<OperatorView> =>
  until(
    `/readyz answers ${status}`,
    async () => {
      const view = await readHealth(processor)
      if (view.status === status && fits(view.health.components)) return view
      throw new Error(`it answers ${view.status} ${JSON.stringify(view.health)}\n${processor.log()}`)
    },
    withinMs,
  )

/** Resolves once the processor runs just these shards. */
export const untilOwns = async (processor: ProcessorProcess, count: number): Promise<void> => {
  await untilHealth(processor, 200, ({ shards }) => shards.length === count)
}

/** The lag in messages by shard, as its metrics say it; empty if they say nothing. */
export const readLag = async (processor: ProcessorProcess): Promise<Map<number, number>> => {
  const { text } = await processor.ask('/metrics')
  return new Map(
    [...text.matchAll(/^pattern_source_lag_messages\{shard="(\d+)"\} (\S+)$/gm)].map(([, shard, lag]) => [
      Number(shard),
      Number(lag),
    ]),
  )
}
