import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type OpenTopic, openTopic } from '@patterns/topic/openTopic.ts'
import type { CliContext, CliSettings } from '../context.ts'
import { RefusedError } from '../exitCode.ts'

/** Whether a processor on this machine reads a topic; of Kafka it cannot be known, since others may read it from elsewhere. */
export type TopicReader =
  | { readonly state: 'reads' | 'unknown' }
  /** For people: where was looked, and what was found. */
  | { readonly state: 'none'; readonly looked: string }

/** On one machine, and asked for one thing. */
const maxAskMs = 2_000

/** What the processor at a URL says that it reads; `undefined` if none answers. */
const askTopic = async (url: string): Promise<string | undefined> => {
  try {
    const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(maxAskMs) })
    const { topic } = (await response.json()) as { topic?: unknown }
    return typeof topic === 'string' ? topic : undefined
  } catch {
    return undefined
  }
}

/** The launcher writes the URL of its processor there while it runs. */
const readUrl = async (settings: CliSettings): Promise<string | undefined> => {
  try {
    return (await readFile(join(settings.DATA_DIR, 'processor.url'), 'utf8')).trim()
  } catch {
    return undefined
  }
}

const findReader = async (settings: CliSettings, topic: string): Promise<TopicReader> => {
  const ownUrl = await readUrl(settings)
  const ofOwn = ownUrl === undefined ? undefined : await askTopic(ownUrl)
  if (ofOwn === topic) return { state: 'reads' }
  if (ofOwn !== undefined)
    throw new RefusedError(
      `npm start in ${settings.DATA_DIR} reads the ${ofOwn}, and these settings lead to the ${topic}: ` +
        'give KAFKA_BROKERS and KAFKA_TOPIC as it has them',
      { exitCode: 2 },
    )
  const usualUrl = `http://127.0.0.1:${settings.PROCESSOR_PORT}`
  const ofUsual = await askTopic(usualUrl)
  if (ofUsual === topic) return { state: 'reads' }
  const usual =
    ofUsual === undefined ? `none answers at ${usualUrl}` : `that at ${usualUrl} reads the ${ofUsual}`
  return { state: 'none', looked: `npm start does not run in ${settings.DATA_DIR}, and ${usual}` }
}

/**
 * The topic of the settings, and whether anybody reads it.
 * @throws RefusedError if the settings lead to another topic than the running instance's
 */
export const openReadTopic = async (
  context: CliContext,
): Promise<{ readonly topic: OpenTopic; readonly reader: TopicReader }> => {
  const settings = context.settings()
  const topic = openTopic({ settings, logger: context.logger() })
  const reader: TopicReader =
    topic.kind === 'file' ? await findReader(settings, topic.describe) : { state: 'unknown' }
  return { topic, reader }
}
