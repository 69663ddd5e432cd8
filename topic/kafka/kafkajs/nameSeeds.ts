import type { Kafka } from 'kafkajs'
import { type BrokerAddress, parseBrokerAddress } from '@patterns/shared/settings/brokerAddress.ts'

/** What of kafkajs' cluster makes the connections to a broker; to the next of the list if no address is given. */
export interface SeededCluster {
  readonly connectionPoolBuilder: { build(address?: BrokerAddress): Promise<unknown> }
}

type CreateCluster = (options: object) => SeededCluster

/**
 * Makes a cluster take its first brokers from a list that may hold IPv6 addresses in brackets: as shipped kafkajs
 * cuts an address at its first colon.
 */
export const nameSeedsOf = <Cluster extends SeededCluster>(
  cluster: Cluster,
  brokers: readonly string[],
): Cluster => {
  const builder = cluster.connectionPoolBuilder
  const { build } = builder
  let next = 0
  builder.build = async (address) => build(address ?? parseBrokerAddress(brokers[next++ % brokers.length]!))
  return cluster
}

/** The same for each cluster that this client makes for its producers and admin clients. */
export const nameSeeds = (kafka: Kafka, brokers: readonly string[]): void => {
  const name = Object.getOwnPropertySymbols(kafka).find(
    ({ description }) => description === 'private:Kafka:createCluster',
  )!
  const client = kafka as unknown as Record<symbol, CreateCluster>
  const create = client[name]!
  client[name] = (options) => nameSeedsOf(create(options), brokers)
}
