import { resolve } from 'node:path'
import { createLogger } from '@patterns/shared/logger.ts'
import { readSettings } from '@patterns/shared/settings/readSettings.ts'
import { processSettings, topicSettings } from '@patterns/shared/settings/settings.ts'
import { describe, expect, it } from 'vitest'
import { openTopic } from './openTopic.ts'

const open = (environment: Record<string, string>) =>
  openTopic({
    settings: readSettings({ ...topicSettings, DATA_DIR: processSettings.DATA_DIR }, environment),
    logger: createLogger('test', 'silent'),
  })

describe('openTopic', () => {
  it('opens the file topic if no broker is set', () => {
    expect(open({ DATA_DIR: 'd', KAFKA_TOPIC: 't' })).toMatchObject({
      name: 't',
      kind: 'file',
      describe: `file topic in ${resolve('d/topic/t')}`,
    })
  })

  it('opens Kafka if brokers are set', () => {
    expect(open({ KAFKA_BROKERS: 'a:9092,b:9092' })).toMatchObject({
      kind: 'kafka',
      describe: 'Kafka topic pattern-usage-events at a:9092,b:9092',
    })
  })
})
