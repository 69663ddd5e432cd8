import { createRequire } from 'node:module'
import { crc32 } from 'node:zlib'
import type { ConnectionOptions } from 'node:tls'
import type { Logger } from '@patterns/shared/logger.ts'
import kafkajs, {
  type ConsumerConfig,
  type KafkaConfig,
  type logCreator,
  type ProducerConfig,
  type SASLOptions,
} from 'kafkajs'
import { patchKafkajs } from './patchKafkajs.ts'
import { nameSeeds, nameSeedsOf, type SeededCluster } from './nameSeeds.ts'

// We use kafkajs' connections, metadata, requests, producer and admin client, not its consumer, which decodes
// slowly, resets offsets by itself, lets one slow partition hold up the others, and restarts in storms. Paths into
// `kafkajs/src` are safe because the version is pinned.

const require = createRequire(import.meta.url)
patchKafkajs()

/** A group member's join, as the coordinator answers it. Only the leader gets `members`. */
export interface JoinedGroup {
  readonly generationId: number
  readonly memberId: string
  readonly leaderId: string
  readonly members: readonly { readonly memberId: string; readonly memberMetadata: Buffer }[]
}

interface Membership {
  readonly groupId: string
  readonly memberId: string
}

/** One broker, connected. */
export interface KafkaNode {
  readonly nodeId: number
  readonly versions: Readonly<Record<number, { minVersion: number; maxVersion: number }>>
  readonly connectionPool: {
    send<Decoded>(call: {
      /** How long nothing may come of the answer, in ms; the cluster's own if that is more. */
      requestTimeout?: number
      request: unknown
      response: { decode(raw: Buffer): Promise<Decoded>; parse(decoded: Decoded): Promise<Decoded> }
    }): Promise<Decoded>
  }
  joinGroup(
    call: Membership & {
      sessionTimeout: number
      rebalanceTimeout: number
      groupProtocols: { name: string; metadata: Buffer }[]
    },
  ): Promise<JoinedGroup>
  syncGroup(
    call: Membership & {
      generationId: number
      groupAssignment: { memberId: string; memberAssignment: Buffer }[]
    },
  ): Promise<{ memberAssignment: Buffer }>
  heartbeat(call: Membership & { groupGenerationId: number }): Promise<unknown>
  leaveGroup(call: Membership): Promise<unknown>
  offsetCommit(
    call: Membership & {
      groupGenerationId: number
      topics: { topic: string; partitions: { partition: number; offset: string }[] }[]
    },
  ): Promise<unknown>
}

/** The brokers as one client sees them. */
export interface KafkaCluster {
  connect(): Promise<void>
  disconnect(): Promise<void>
  addTargetTopic(topic: string): Promise<void>
  refreshMetadata(): Promise<void>
  refreshMetadataIfNecessary(): Promise<void>
  findTopicPartitionMetadata(topic: string): { partitionId: number; leader: number }[]
  findBroker(node: { nodeId: number }): Promise<KafkaNode>
  findGroupCoordinator(group: { groupId: string }): Promise<KafkaNode>
  fetchTopicsOffset(
    topics: { topic: string; partitions: { partition: number }[]; fromBeginning: boolean }[],
  ): Promise<{ partitions: { partition: number; offset: string }[] }[]>
}

export interface KafkaConnection {
  /** `host:port`, an IPv6 address in brackets. */
  readonly brokers: readonly string[]
  /** Whether with TLS, or what of our own it takes. */
  readonly ssl?: boolean | Pick<ConnectionOptions, 'ca' | 'cert' | 'key'>
  readonly sasl?: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'
    readonly username: string
    readonly password: string
  }
  readonly clientId?: string
}

export interface ClusterOptions {
  /** How often to look who leads what; default 30,000. */
  readonly metadataMaxAgeMs?: number
  /** How long nothing may come of an answer that is waited for, if the request says nothing else; default 15,000. */
  readonly requestTimeoutMs?: number
}

/** What one process needs of Kafka; each cluster, producer and admin client has connections of its own. */
export const createKafkaClient = (
  { brokers, ssl = false, sasl, clientId = 'pattern-dashboard' }: KafkaConnection,
  logger: Logger,
) => {
  const settings = {
    brokers: [...brokers],
    clientId,
    ssl,
    ...(sasl ? { sasl: { ...sasl } as SASLOptions } : {}),
    connectionTimeout: 3_000,
    requestTimeout: 15_000,
    // Short: those who call retry by themselves, with backoff, and say what is wrong.
    retry: { retries: 2, initialRetryTime: 100, maxRetryTime: 1_000 },
    logLevel: logger.isLevelEnabled('debug') ? kafkajs.logLevel.WARN : kafkajs.logLevel.NOTHING,
    logCreator: logTo(logger),
  } satisfies KafkaConfig
  const kafka = new kafkajs.Kafka(settings)

  nameSeeds(kafka, brokers)

  const createCluster = ({
    metadataMaxAgeMs = 30_000,
    requestTimeoutMs = settings.requestTimeout,
  }: ClusterOptions = {}): KafkaCluster =>
    nameSeedsOf(
      new Cluster({
        ...settings,
        requestTimeout: requestTimeoutMs,
        logger: kafka.logger(),
        authenticationTimeout: 10_000,
        metadataMaxAge: metadataMaxAgeMs,
        allowAutoTopicCreation: false,
        maxInFlightRequests: null,
        isolationLevel: 0, // for the ends: the high watermark, also while a transaction is open
      }),
      brokers,
    )
  return {
    brokers,
    createCluster,
    createAdmin: () => kafka.admin(),
    /** Not for the source: the benchmark holds it against ours. */
    createConsumer: (options: ConsumerConfig) => kafka.consumer(options),
    createProducer: (options: ProducerConfig = {}) =>
      kafka.producer({ allowAutoTopicCreation: false, ...options }),
  }
}

export type KafkaClient = ReturnType<typeof createKafkaClient>

/** kafkajs reports every try to connect as an error, with a stack: ours to summarise, so its lines are for debugging. */
const logTo =
  (logger: Logger): logCreator =>
  () =>
  ({ namespace, log: { message, ...details } }) =>
    logger.debug({ kafkajs: namespace, details }, message)

const Cluster = require('kafkajs/src/cluster') as new (options: object) => KafkaCluster & SeededCluster

/** kafkajs computes murmur2 with BigInt, 6 µs a key: worth remembering if the keys are few, as patterns are. */
const rememberedKeys = 20_000

/** What decides where a key lies: the default of Kafka's Java clients, or that of librdkafka (`consistent_random`). */
export type Partitioner = 'murmur2' | 'crc32'

/**
 * Where a partitioner puts a key, and round-robin if there is none. The file topic uses it too, so that a key
 * lies in the same partition of both.
 */
export const createPartitioner = (topic: string, partitioner: Partitioner = 'murmur2') => {
  const choose = kafkajs.Partitioners.DefaultPartitioner()
  const remembered = new Map<string, number>()
  let partitionMetadata: { partitionId: number; leader: number }[] = []

  const compute = (key: Buffer | string | null): number => {
    // To librdkafka an empty key is none.
    const chosenBy = partitioner === 'crc32' && key?.length === 0 ? null : key
    if (partitioner === 'crc32' && chosenBy !== null) return crc32(chosenBy) % partitionMetadata.length
    const message = { key: chosenBy, value: null }
    return choose({ topic, partitionMetadata: partitionMetadata as never, message })
  }

  return (key: Buffer | string | null, partitions: number): number => {
    if (partitionMetadata.length !== partitions) {
      partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({ partitionId, leader: 0 }))
      remembered.clear()
    }
    if (typeof key !== 'string' || key === '') return compute(key)
    const known = remembered.get(key)
    if (known !== undefined) return known
    if (remembered.size >= rememberedKeys) remembered.clear()
    const partition = compute(key)
    remembered.set(key, partition)
    return partition
  }
}

export const { MemberMetadata, MemberAssignment } = kafkajs.AssignerProtocol
export const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs

export const encodeFetchRequest = require('kafkajs/src/protocol/requests/fetch/v11/request') as (
  request: object,
) => unknown

/** The error that a broker's code stands for; `retriable` says whether waiting can help. */
export const protocolError = (
  require('kafkajs/src/protocol/error') as {
    createErrorFromCode(code: number): Error & { type: string; retriable: boolean }
  }
).createErrorFromCode

export const { CompressionTypes } = kafkajs
