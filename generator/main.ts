import { join } from 'node:path'
import { runProcess } from '@patterns/shared/runProcess.ts'
import { generatorSettings, topicSettings } from '@patterns/shared/settings/settings.ts'
import { openTopic } from '@patterns/topic/openTopic.ts'
import { createGenerator } from './generator.ts'
import { createHistoryState } from './historyState.ts'

await runProcess({
  process,
  name: 'generator',
  settings: { ...topicSettings, ...generatorSettings },
  async start({ settings, logger, stopping, fail }) {
    const topic = openTopic({ settings, logger })
    const generator = createGenerator({
      source: topic.createSource(),
      publisher: topic.createPublisher(),
      state: createHistoryState(join(settings.DATA_DIR, 'generator.json'), `${topic.kind}/${topic.name}`),
      seed: settings.GENERATOR_SEED,
      eventsPerSecond: settings.GENERATOR_RATE,
      now: Date.now,
      logger,
      stopping,
    })
    // Not awaited: the history may take a while, and the broker need not be there yet.
    const running = generator.run().catch(fail)
    return {
      async stop() {
        await generator.stop()
        await running
      },
    }
  },
})
