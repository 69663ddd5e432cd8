import { createRequire } from 'node:module'
import { patchBrokerPool } from './patchBrokerPool.ts'
import { patchConnections } from './patchConnections.ts'

const require = createRequire(import.meta.url)

interface RequestQueuePrototype {
  scheduleCheckPendingRequests(this: { pending: unknown[] }): void
}
interface MetadataResponse {
  readonly topicMetadata: readonly {
    readonly partitionMetadata: readonly { readonly partitionErrorCode: number }[]
  }[]
}
interface ProtocolModule {
  protocol(of: { version: number }): (call: object) => object
}
interface MetadataModule {
  parse(response: MetadataResponse): Promise<unknown>
}

/** LEADER_NOT_AVAILABLE, REPLICA_NOT_AVAILABLE and LISTENER_NOT_FOUND: no broker can be asked for the partition now. */
const leaderless = new Set([5, 9, 72])

const syncTimeoutMs = 10_000

/**
 * Patches, in kafkajs' own classes, faults that we cannot leave as shipped. It is not maintained any more, and its
 * version is pinned.
 */
export const patchKafkajs = (): void => {
  const requestQueue = (require('kafkajs/src/network/requestQueue') as { prototype: RequestQueuePrototype })
    .prototype
  const scheduleCheck = requestQueue.scheduleCheckPendingRequests
  // As shipped it sets a timer of a negative time after each response, for ever, even if nothing waits:
  // a busy loop of 1 ms and a TimeoutNegativeWarning.
  requestQueue.scheduleCheckPendingRequests = function () {
    if (this.pending.length > 0) scheduleCheck.call(this)
  }

  patchConnections()
  patchBrokerPool()

  // As shipped it may take no longer than any other request, but it waits until the group's leader has assigned.
  const syncGroup = require('kafkajs/src/protocol/requests/syncGroup') as ProtocolModule
  const { protocol } = syncGroup
  syncGroup.protocol = (version) => (call) => ({ ...protocol(version)(call), requestTimeout: syncTimeoutMs })

  // As shipped one partition without a leader is an error of the whole answer, and so keeps all others from being
  // read. Every later version of the response parses by this one, which is loaded before any of them.
  const metadata = require('kafkajs/src/protocol/requests/metadata/v0/response') as MetadataModule
  const { parse } = metadata
  metadata.parse = (response) =>
    parse({
      ...response,
      topicMetadata: response.topicMetadata.map((topic) => ({
        ...topic,
        partitionMetadata: topic.partitionMetadata.map((partition) =>
          leaderless.has(partition.partitionErrorCode)
            ? { ...partition, partitionErrorCode: 0, leader: -1 }
            : partition,
        ),
      })),
    })
}
