import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

interface Broker {
  isConnected(): boolean
  readonly connectionPool: { readonly pool: readonly { readonly failedAt?: number | undefined }[] }
}

interface BrokerPool {
  readonly brokers: Readonly<Record<string, Broker>>
  readonly seedBroker: Broker
  connect(): Promise<void>
  findBroker(node: { nodeId: string }): Promise<Broker>
  refreshMetadata(this: BrokerPool, topics: readonly string[]): Promise<void>
  findConnectedBroker(this: BrokerPool): Promise<Broker>
  withBroker<Result>(
    this: BrokerPool,
    ask: (found: { nodeId: string; broker: Broker }) => Promise<Result>,
  ): Promise<Result | null>
}

const noAnswer = new Set([
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSRequestTimeoutError',
])

/**
 * What any broker can answer is asked of one that answers, and of another if it does not. As shipped one that hangs
 * is chosen as often as any other, and one that cannot be reached ends the search.
 */
export const patchBrokerPool = (): void => {
  const { prototype } = require('kafkajs/src/cluster/brokerPool') as { readonly prototype: BrokerPool }
  const { refreshMetadata } = prototype
  prototype.refreshMetadata = async function (topics) {
    return refreshMetadata.call(this, topics).catch(async (error: Error) => {
      if (!noAnswer.has(error.name)) throw error
      return refreshMetadata.call(this, topics)
    })
  }
  prototype.findConnectedBroker = async function () {
    for (const nodeId of mostReliableFirst(this.brokers)) {
      const broker = await this.findBroker({ nodeId }).catch(() => undefined)
      if (broker) return broker
    }
    await this.connect()
    return this.seedBroker
  }
  prototype.withBroker = async function (ask) {
    let failure: Error | undefined
    for (const nodeId of mostReliableFirst(this.brokers)) {
      try {
        return await ask({ nodeId, broker: await this.findBroker({ nodeId }) })
      } catch (error) {
        failure = error as Error
      }
    }
    if (failure) throw failure
    return null
  }
}

/** By when they last failed, then those that are connected; brokers that are alike come in any order. */
const mostReliableFirst = (brokers: Readonly<Record<string, Broker>>): string[] =>
  Object.entries(brokers)
    .map(([nodeId, broker]) => ({
      nodeId,
      failedAt: Math.max(0, ...broker.connectionPool.pool.map(({ failedAt }) => failedAt ?? 0)),
      connected: broker.isConnected() ? 0 : 1,
      chance: Math.random(),
    }))
    .toSorted((a, b) => a.failedAt - b.failedAt || a.connected - b.connected || a.chance - b.chance)
    .map(({ nodeId }) => nodeId)
