import { refuseBind } from '@patterns/api/access/bindAddress.ts'
import type { Logger } from '@patterns/shared/logger.ts'
import type { DashboardSettings } from './dashboardSettings.ts'

/**
 * Why these settings, each valid alone, do not go together, or `undefined` where they do: what the processes
 * would refuse themselves, asked before anything is started.
 */
export const refuseSettings = async (
  settings: DashboardSettings,
  logger: Logger,
): Promise<string | undefined> => {
  const bind = refuseBind(settings)
  if (bind !== undefined || settings.KAFKA_BROKERS === undefined) return bind
  // Only then, since it loads the Kafka client. It connects to nothing yet.
  const { openTopic } = await import('@patterns/topic/openTopic.ts')
  try {
    openTopic({ settings, logger })
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}
