import { createPostgresEventLog } from '@patterns/event-log/postgres/postgresEventLog.ts'
import { createLogger } from '@patterns/shared/logger.ts'
import { createPool } from '@patterns/shared/postgres/pool.ts'
import { patient, type TimeLimits } from '@patterns/shared/postgres/timeLimits.ts'
import { readSettings } from '@patterns/shared/settings/readSettings.ts'
import { processSettings, topicSettings } from '@patterns/shared/settings/settings.ts'
import { openTopic } from '@patterns/topic/openTopic.ts'
import { vi } from 'vitest'
import { poolSizeFor } from '@patterns/processor/poolSize.ts'
import { createProcessor, type Processor, type ProcessorOptions } from '@patterns/processor/processor.ts'
import type { PipelineFixture } from './pipelineFixture.ts'

export interface InProcessProcessorOptions {
  /** How long it lets the database take; as long as it likes unless said otherwise. */
  readonly limits?: TimeLimits
  /** Its way to the database, if that is to be another than that of the test. */
  readonly databaseUrl?: string
  readonly fold?: ProcessorOptions['fold']
}

/** A processor in the process of the test, so that it can have limits that no test needs to wait long for, or faults. */
export interface InProcessProcessor extends Processor {
  /** What it has warned of so far. */
  warnings(): string[]
}

/** Starts one with the topic and the database of a fixture, as the processor's own process does. */
export const startInProcessProcessor = async (
  { environment }: PipelineFixture,
  { limits = patient, databaseUrl = environment['DATABASE_URL']!, fold }: InProcessProcessorOptions,
): Promise<InProcessProcessor> => {
  const logger = createLogger('processor', 'silent')
  const warn = vi.spyOn(logger, 'warn')
  const pool = createPool({
    connectionString: databaseUrl,
    applicationName: 'processor in the test',
    max: poolSizeFor(0),
    limits,
    pipeline: true,
    onIdleError: () => {},
  })
  const topic = openTopic({
    settings: readSettings({ ...processSettings, ...topicSettings }, environment),
    logger,
  })
  const processor = createProcessor({
    pool,
    log: createPostgresEventLog({ pool }),
    source: topic.createSource(),
    topic: topic.name,
    logger,
    duplicateHorizon: 10_000,
    flushIntervalMs: 50,
    backoff: () => 20,
    fold,
  })
  await processor.start()
  let stopping: Promise<void> | undefined
  return {
    ...processor,
    warnings: () => warn.mock.calls.map((call) => JSON.stringify(call)),
    stop: () => (stopping ??= processor.stop().then(() => pool.end())),
  }
}
