import {
  apiSettings,
  databaseSettings,
  generatorSettings,
  processorSettings,
  processSettings,
  topicSettings,
} from '@patterns/shared/settings/settings.ts'
import type { z } from 'zod'

/** All that the processes read, checked by the launcher before it starts any of them. */
export const dashboardSettings = {
  ...processSettings,
  ...apiSettings,
  ...processorSettings,
  ...topicSettings,
  ...generatorSettings,
  DATABASE_URL: databaseSettings.DATABASE_URL.optional(),
}

export type DashboardSettings = z.infer<z.ZodObject<typeof dashboardSettings>>
