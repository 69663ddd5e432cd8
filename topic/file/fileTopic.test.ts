import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createLogger } from '@patterns/shared/logger.ts'
import { describeTopic } from '../topic.contract.ts'
import { createFilePublisher } from './filePublisher.ts'
import { createFileSource } from './fileSource.ts'
import { openTopicFolder } from './topicFolder.ts'

describeTopic('the file topic', async () => {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'patterns-file-topic-'))
  const shared = { dataDir, topic: 'events', createWithPartitions: 4 }
  const logger = createLogger('test', 'silent')
  return {
    createSource: (options = {}) => createFileSource({ ...shared, logger, ...options }),
    createPublisher: (options = {}) => createFilePublisher({ ...shared, ...options }),
    async recreate() {
      await rm(path.join(dataDir, 'topic', 'events'), { recursive: true })
      await openTopicFolder(dataDir, 'events', 4)
    },
    remove: async () => rm(dataDir, { recursive: true, force: true }),
  }
})
